import Glibc

/// Looks from time to time whether files that a pattern names have changed, come or gone.
///
/// By looking, as `inotify` tells nothing of files on other machines or behind a container's mounts, nor of names that do not
/// exist yet, and a look at a few hundred files takes less than a millisecond.
struct ProgramWatch: Sendable {
    /// What tells one state of a file from another.
    private struct Mark: Sendable, Hashable {
        let path: String
        let seconds: Int
        let nanoseconds: Int
        let size: Int64
        let node: UInt64
    }

    let pattern: String
    private var marks: [Mark]
    /// A change was seen that may not be complete yet.
    private var hasChanged = false

    init(_ pattern: String) {
        self.pattern = pattern
        marks = Self.marks(of: pattern)
    }

    /// Whether the pattern names no file at present.
    var isEmpty: Bool { marks.isEmpty }

    /// This one, where it is of the same pattern.
    func keeping(_ pattern: String) -> ProgramWatch {
        pattern == self.pattern ? self : ProgramWatch(pattern)
    }

    /// Looks; whether something has changed since the last time that this was said, and has not any more since the last look.
    mutating func look() -> Bool {
        let now = Self.marks(of: pattern)
        defer { marks = now }
        guard now == marks else {
            hasChanged = true
            return false
        }
        defer { hasChanged = false }
        return hasChanged
    }

    private static func marks(of pattern: String) -> [Mark] {
        PathPattern.paths(of: pattern).compactMap { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            return Mark(
                path: path, seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
                size: Int64(status.st_size), node: UInt64(status.st_ino))
        }
    }
}
