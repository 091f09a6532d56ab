import Foundation
import ProcessSupport

/// Changes of folders that tests need.
enum FolderMaker {
    static func make(_ name: String, in fixture: SiteFixture) throws {
        try make(name, at: "\(fixture.folder.path)/site")
    }

    static func make(_ name: String, at path: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }

    /// Makes a link, or exchanges it at one stroke.
    static func point(_ link: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: link + ".next", withDestinationPath: target)
        guard rename(link + ".next", link) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    static func truncate(_ path: String, to size: UInt64) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: size)
        try file.close()
    }
}
