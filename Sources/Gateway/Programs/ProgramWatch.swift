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

    private let pattern: String
    private var marks: [Mark]
    /// A change was seen that may not be complete yet.
    private var hasChanged = false

    init(_ pattern: String) {
        self.pattern = pattern
        marks = Self.marks(of: pattern)
    }

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
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in
            guard let path = paths[index] else { return nil }
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            return Mark(
                path: String(cString: path), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
                size: Int64(status.st_size), node: UInt64(status.st_ino))
        }
    }
}
