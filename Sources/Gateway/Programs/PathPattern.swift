import Glibc

/// Patterns of paths as shells know them, in which a part `**` stands for any number of folders, none among them.
enum PathPattern {
    /// The most folders that the `**` of a pattern stand for together; what lies in others is not seen.
    static let mostFolders = 10_000

    /// What a pattern names at present. `**` goes into no hidden folder, and follows no link.
    static func paths(of pattern: String, mostFolders: Int = PathPattern.mostFolders) -> [String] {
        var left = mostFolders
        return paths(of: pattern, foldersLeft: &left)
    }

    /// A path as a pattern that names it alone.
    static func escaped(_ path: String) -> String {
        var pattern = ""
        for character in path {
            if "\\*?[".contains(character) { pattern.append("\\") }
            pattern.append(character)
        }
        return pattern
    }

    private static func paths(of pattern: String, foldersLeft left: inout Int) -> [String] {
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard let index = parts.firstIndex(of: "**") else { return named(by: pattern) }
        let start = parts[..<index].joined(separator: "/")
        // `**/**` stands for no more than `**`.
        let rest = parts[index...].drop { $0 == "**" }.joined(separator: "/")
        let roots = index == 0 ? ["."] : start.isEmpty ? ["/"] : named(by: start)
        var found: [String] = []
        for root in roots {
            for folder in folders(from: root, left: &left) {
                found += paths(of: "\(escaped(folder))/\(rest.isEmpty ? "*" : rest)", foldersLeft: &left)
            }
        }
        return found
    }

    private static func named(by pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in paths[index].map { String(cString: $0) } }
    }

    /// A folder and all below it, as far as so many are left.
    private static func folders(from root: String, left: inout Int) -> [String] {
        var found = [root]
        var next = 0
        while next < found.count, found.count < left {
            found += subfolders(of: found[next])
            next += 1
        }
        found.removeLast(max(0, found.count - left))
        left -= found.count
        return found
    }

    private static func subfolders(of folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var paths: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix("."), isFolder("\(folder)/\(name)", Int(entry.pointee.d_type)) else { continue }
            paths.append("\(folder)/\(name)")
        }
        return paths.sorted()
    }

    private static func isFolder(_ path: String, _ type: Int) -> Bool {
        guard type == DT_UNKNOWN else { return type == DT_DIR }
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
