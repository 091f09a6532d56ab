import Glibc

/// A look at a folder before it is served.
enum SiteFolderCheck {
    /// Whether a path is that of a folder whose files may be opened.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && access(path, R_OK | X_OK) == 0
    }
}
