import Glibc

/// Where a site's files are.
protocol SiteSource: Sendable {
    /// What is at a path: by components, never outside.
    func open(_ names: [[UInt8]]) throws(SiteFailure) -> SiteEntry?

    /// The names in a folder that are shown, in order; nil where there is no such folder.
    func list(_ names: [[UInt8]]) throws(SiteFailure) -> FolderContents?
}

/// The system cannot open anything at present, such as for want of descriptors: no reason to say that nothing is there.
package struct SiteFailure: Error, CustomStringConvertible {
    package let description: String

    /// A want of descriptors or memory; a file that another program has on lease (EAGAIN), as Samba does; a file system of
    /// another machine or program that does not answer.
    private static let numbers = [
        EMFILE, ENFILE, ENOMEM, EIO, EAGAIN, EINTR, ESTALE, ETIMEDOUT, EHOSTDOWN, ENOTCONN,
    ]

    /// A failure by its error number; nil for those that say that nothing is there, or nothing for this program.
    init?(_ number: Int32) {
        guard Self.numbers.contains(number) else { return nil }
        description = "files cannot be opened: \(String(cString: strerror(number)))"
    }
}

/// What is at a path of a site.
enum SiteEntry {
    case file(SiteFile)
    case folder
}

/// What is in a folder.
struct FolderContents {
    let entries: [FolderEntry]
    /// Whether that is all; otherwise there is more than is listed.
    let isWhole: Bool

    /// - Parameter entries: in any order.
    init(_ entries: [FolderEntry], isWhole: Bool = true) {
        self.entries = entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
        self.isWhole = isWhole
    }
}

/// A name in a folder.
struct FolderEntry: Equatable {
    let name: [UInt8]
    let isFolder: Bool
}
