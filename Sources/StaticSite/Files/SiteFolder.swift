import Glibc

/// A folder of the file system, opened anew for each request, so that one that is exchanged as a whole is noticed.
struct SiteFolder: SiteSource {
    let path: String

    /// The most names of a list.
    static let longestList = 10_000

    func open(_ names: [[UInt8]]) throws(SiteFailure) -> SiteEntry? {
        guard var walk = try FolderWalk(root: path) else { return nil }
        return try walk.open(names)
    }

    func list(_ names: [[UInt8]]) throws(SiteFailure) -> [FolderEntry]? {
        guard var walk = try FolderWalk(root: path), case .folder? = try walk.open(names),
            let descriptor = walk.duplicateOfPresentFolder()
        else { return nil }
        guard let folder = fdopendir(descriptor) else {
            close(descriptor)
            return nil
        }
        defer { closedir(folder) }
        var entries: [FolderEntry] = []
        while entries.count < Self.longestList, let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard SitePath.isShown(name) else { continue }
            switch Int(entry.pointee.d_type) {
            case Int(DT_DIR): entries.append(FolderEntry(name: name, isFolder: true))
            case Int(DT_REG): entries.append(FolderEntry(name: name, isFolder: false))
            // A link is listed where a request would get something by it.
            case Int(DT_LNK), Int(DT_UNKNOWN):
                switch try open(names + [name]) {
                case .folder?: entries.append(FolderEntry(name: name, isFolder: true))
                case .file?: entries.append(FolderEntry(name: name, isFolder: false))
                case nil: break
                }
            default: break
            }
        }
        return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }
}
