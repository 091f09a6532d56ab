/// What the path of a request's target names below a site's folder.
struct SitePath: Equatable {
    /// Why a target names nothing.
    enum Mistake: Error, Equatable {
        /// It is no path at all: it does not begin with a slash, or a percent escape is broken (400).
        case malformed
        /// It is a path, but of nothing that a site would show (404).
        case nowhere
    }

    /// The names of folders and of the file, as the bytes that the file system knows them by.
    let names: [[UInt8]]
    /// Whether it ends with a slash and so names a folder.
    let isFolder: Bool

    /// The longest path that the system opens, `PATH_MAX`, and the longest name, `NAME_MAX`.
    private static let longestPath = 4096
    private static let longestName = 255

    /// Reads the path of a target, without the query.
    ///
    /// Escapes are decoded once, and what comes out is taken name by name. A dot segment is refused rather than resolved:
    /// clients resolve them before they send, so whoever sends one wants something else. So are empty names, hidden
    /// ones, and those with a slash, a back-slash or a control character in them.
    init(_ path: some StringProtocol) throws(Mistake) {
        let bytes = Array(path.utf8)
        guard bytes.first == UInt8(ascii: "/") else { throw .malformed }
        var names: [[UInt8]] = []
        var total = 0
        for segment in bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let name = try Self.decode(segment)
            total += name.count + 1
            names.append(name)
        }
        isFolder = names.last == []
        if isFolder { names.removeLast() }
        guard total <= Self.longestPath, names.allSatisfy(Self.isShown) else { throw .nowhere }
        self.names = names
    }

    /// A path of names that are known to be good.
    init(names: [[UInt8]], isFolder: Bool) {
        self.names = names
        self.isFolder = isFolder
    }

    /// Whether a site shows what has this name.
    static func isShown(_ name: [UInt8]) -> Bool {
        guard let first = name.first, first != UInt8(ascii: "."), name.count <= longestName else { return false }
        return !name.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
    }

    /// The path as a target writes it, from one slash on, so that it can never name another host.
    var target: String {
        var target = ""
        for name in names { target += "/" + PercentEncoding.encode(name) }
        return isFolder || names.isEmpty ? target + "/" : target
    }

    /// The same names as a folder.
    var asFolder: SitePath { SitePath(names: names, isFolder: true) }

    private static func decode(_ segment: ArraySlice<UInt8>) throws(Mistake) -> [UInt8] {
        guard let decoded = PercentEncoding.decode(segment) else { throw .malformed }
        return decoded
    }
}
