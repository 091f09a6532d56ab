import CStaticSite
import Glibc

/// A way down from a folder, one name at a time, that cannot lead out of it.
///
/// Nothing is checked first and opened afterwards: each name is opened in the folder that is open already, and a link is
/// never followed by the system. Its text is read, and its names take the place of the link's: a link inside leads on, and
/// one that climbs above the folder it all began with, or that is an absolute path, ends the way. Going up returns to the
/// folder that was come through, which is still open, wherever it has been moved to meanwhile.
struct FolderWalk: ~Copyable {
    /// The folders that are open, from the site's own to the present one.
    private var folders: [Int32]
    /// Names that are still to be gone through, the next one last.
    private var ahead: [[UInt8]] = []
    private var links = 0

    /// As many as Linux follows itself.
    private static let mostLinks = 40
    /// More names than a path of the longest length has.
    private static let mostNames = 4096

    /// Begins at a folder that is named by whoever runs the program, through links; nil where it is not there.
    init?(root: String) throws(SiteFailure) {
        let descriptor = cstaticsite_open_folder(root)
        if descriptor < 0, let failure = SiteFailure(errno) { throw failure }
        guard descriptor >= 0 else { return nil }
        folders = [descriptor]
    }

    deinit {
        for folder in folders { close(folder) }
    }

    /// Goes down to what the names lead to; nil where that is nothing, or nothing that a site shows.
    ///
    /// - Throws: what keeps the system from opening anything at present.
    mutating func open(_ names: [[UInt8]]) throws(SiteFailure) -> SiteEntry? {
        ahead = names.reversed()
        while let name = ahead.popLast() {
            switch try step(name, isLast: ahead.isEmpty) {
            case .further: continue
            case .file(let file): return .file(file)
            case .nowhere: return nil
            }
        }
        return .folder
    }

    /// The folder that the way has led to, for reading its names; the caller closes it.
    ///
    /// - Throws: what keeps the system from opening anything at present.
    func duplicateOfPresentFolder() throws(SiteFailure) -> Int32? {
        guard let folder = folders.last else { return nil }
        let descriptor = cstaticsite_duplicate(folder)
        if descriptor < 0, let failure = SiteFailure(errno) { throw failure }
        return descriptor >= 0 ? descriptor : nil
    }

    private enum Step {
        case further
        case file(SiteFile)
        case nowhere
    }

    private mutating func step(_ name: [UInt8], isLast: Bool) throws(SiteFailure) -> Step {
        // Both stand in links alone: a request's path has neither.
        if name == Array(".".utf8) || name.isEmpty { return .further }
        if name == Array("..".utf8) {
            guard folders.count > 1, let folder = folders.popLast() else { return .nowhere }
            close(folder)
            return .further
        }
        guard SitePath.isShown(name), let present = folders.last else { return .nowhere }
        let text = name.map { CChar(bitPattern: $0) } + [0]
        let folder = cstaticsite_open_folder_at(present, text)
        if folder >= 0 {
            folders.append(folder)
            return .further
        }
        // A link is ENOTDIR here, too, and ELOOP on other systems than Linux.
        let reason = errno
        guard reason == ENOTDIR || reason == ELOOP else {
            if let failure = SiteFailure(reason) { throw failure }
            return .nowhere
        }
        if let target = Self.target(ofLink: text, in: present) { return follow(target) }
        guard isLast else { return .nowhere }
        let descriptor = cstaticsite_open_file_at(present, text)
        if descriptor < 0, let failure = SiteFailure(errno) { throw failure }
        guard descriptor >= 0, let file = SiteFile(descriptor: descriptor) else { return .nowhere }
        return .file(file)
    }

    private mutating func follow(_ target: [UInt8]) -> Step {
        links += 1
        guard links <= Self.mostLinks, target.first != UInt8(ascii: "/") else { return .nowhere }
        let names = target.split(separator: UInt8(ascii: "/")).map(Array.init)
        guard ahead.count + names.count <= Self.mostNames else { return .nowhere }
        ahead += names.reversed()
        return .further
    }

    private static func target(ofLink name: [CChar], in folder: Int32) -> [UInt8]? {
        var room = [CChar](repeating: 0, count: 4097)
        let count = readlinkat(folder, name, &room, room.count)
        guard count > 0, count < room.count else { return nil }
        return room[..<count].map { UInt8(bitPattern: $0) }
    }
}
