import Glibc

/// A folder of the file system, opened anew for each request, so that one that is exchanged as a whole is noticed.
struct SiteFolder: SiteSource {
    let path: String
    /// The most names of a list.
    var longestList = 10_000

    func open(_ names: [[UInt8]]) throws(SiteFailure) -> SiteEntry? {
        guard var walk = try FolderWalk(root: path) else { return nil }
        return try walk.open(names)
    }

    func list(_ names: [[UInt8]]) throws(SiteFailure) -> FolderContents? {
        guard var walk = try FolderWalk(root: path), case .folder? = try walk.open(names),
            let descriptor = try walk.duplicateOfPresentFolder()
        else { return nil }
        guard let folder = fdopendir(descriptor) else {
            let failure = SiteFailure(errno)
            close(descriptor)
            if let failure { throw failure }
            return nil
        }
        defer { closedir(folder) }
        var entries: [FolderEntry] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                let reason = errno
                if let failure = SiteFailure(reason) { throw failure }
                return FolderContents(entries, isWhole: reason == 0)
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard SitePath.isShown(name) else { continue }
            guard let isFolder = try isFolder(entry.pointee.d_type, names + [name]) else { continue }
            guard entries.count < longestList else { return FolderContents(entries, isWhole: false) }
            entries.append(FolderEntry(name: name, isFolder: isFolder))
        }
    }

    /// Whether there is a folder; nil where there is nothing that a request would get.
    ///
    /// - Parameter type: what the folder above says of it.
    private func isFolder(_ type: UInt8, _ names: [[UInt8]]) throws(SiteFailure) -> Bool? {
        switch Int(type) {
        case Int(DT_DIR): return true
        case Int(DT_REG): return false
        case Int(DT_LNK), Int(DT_UNKNOWN):
            switch try open(names) {
            case .folder?: return true
            case .file?: return false
            case nil: return nil
            }
        default: return nil
        }
    }
}
