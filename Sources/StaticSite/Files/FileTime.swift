import Glibc

/// When a file was changed, as the system says it.
enum FileTime {
    /// A time in nanoseconds since 1970.
    ///
    /// File systems hold years that 64 bits of nanoseconds do not reach, those before 1678 and after 2262, and whoever may
    /// write a file may give it one: it becomes the nearest that they do.
    static func nanoseconds(_ time: timespec) -> Int {
        let (seconds, isFar) = Int(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isJustBeyond) = seconds.addingReportingOverflow(Int(time.tv_nsec))
        guard !isFar, !isJustBeyond else { return time.tv_sec < 0 ? .min : .max }
        return sum
    }
}
