import Glibc

/// What the system says of the machine's load and memory.
enum MachineState {
    /// The average number of processes that wanted a processor in the last minute, or that do at present if those are more.
    static var load: Double? {
        guard let fields = contents(of: "/proc/loadavg")?.split(separator: " "), fields.count >= 4,
            let average = Double(fields[0])
        else { return nil }
        // This process, which asks, is one of those that run.
        let running = fields[3].split(separator: "/").first.flatMap { Double($0) }.map { max(0, $0 - 1) }
        return max(average, running ?? 0)
    }

    static var availableMemory: Int? {
        guard let text = contents(of: "/proc/meminfo") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
        }
        return nil
    }

    static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    private static func contents(of path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = read(file, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
