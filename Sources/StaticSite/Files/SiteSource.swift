import Glibc

/// Where a site's files are.
protocol SiteSource: Sendable {
    /// What is at a path: by components, never outside.
    func open(_ names: [[UInt8]]) throws(SiteFailure) -> SiteEntry?

    /// The names in a folder that are shown, in order; nil where there is no such folder.
    func list(_ names: [[UInt8]]) throws(SiteFailure) -> [FolderEntry]?
}

/// The system cannot open anything at present, such as for want of descriptors: no reason to say that nothing is there.
package struct SiteFailure: Error, CustomStringConvertible {
    package let description: String

    /// A failure by its error number; nil for those that say that nothing is there, or nothing for this program.
    init?(_ number: Int32) {
        guard [EMFILE, ENFILE, ENOMEM, EIO].contains(number) else { return nil }
        description = "files cannot be opened: \(String(cString: strerror(number)))"
    }
}

/// What is at a path of a site.
enum SiteEntry {
    case file(SiteFile)
    case folder
}

/// A name in a folder.
struct FolderEntry: Equatable {
    let name: [UInt8]
    let isFolder: Bool
}
