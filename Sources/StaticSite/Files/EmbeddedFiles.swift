import Glibc

/// Files that are part of the program.
struct EmbeddedFiles: SiteSource {
    private let files: [[UInt8]: SiteFile]

    /// - Parameter files: the contents by file name; all stand in one folder.
    init(_ files: [String: [UInt8]]) {
        let modified = Self.programModified
        self.files = Dictionary(
            uniqueKeysWithValues: files.map { (Array($0.utf8), SiteFile(bytes: $1, modified: modified)) })
    }

    func open(_ names: [[UInt8]]) -> SiteEntry? {
        guard let name = names.first else { return .folder }
        guard names.count == 1 else { return nil }
        return files[name].map { .file($0) }
    }

    func list(_ names: [[UInt8]]) -> FolderContents? {
        guard names.isEmpty else { return nil }
        return FolderContents(files.keys.map { FolderEntry(name: $0, isFolder: false) })
    }

    /// When the program was built, which is the same for every process that runs it.
    private static let programModified: Int = {
        var status = stat()
        guard stat("/proc/self/exe", &status) == 0 else { return 0 }
        return FileTime.nanoseconds(timespec(tv_sec: status.st_mtim.tv_sec, tv_nsec: 0))
    }()
}
