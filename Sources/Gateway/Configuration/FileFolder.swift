import Glibc

/// Paths that a configuration file means beside itself.
enum FileFolder {
    /// A path as a process in another folder needs it: from the root.
    static func path(_ path: String, beside file: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        guard !folder.hasPrefix("/"), let own = getcwd(nil, 0) else { return folder + path }
        defer { free(own) }
        return "\(String(cString: own))/\(folder)\(path)"
    }

    /// A pattern of paths as a process in another folder needs it. The name of the folder that is put before it is no pattern.
    static func pattern(_ pattern: String, beside file: String) -> String {
        pattern.hasPrefix("/") ? pattern : PathPattern.escaped(path("", beside: file)) + pattern
    }

    /// The path of a folder that is there.
    static func existing(_ text: SettingText, beside file: String) throws(SettingError) -> String {
        let path = path(try text.path(), beside: file)
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw text.error("there is no folder \(path): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw text.error("\(path) is no folder; name the one it is in")
        }
        return path
    }
}
