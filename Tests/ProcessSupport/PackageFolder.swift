import Foundation

/// The folder that holds `Package.swift`.
package enum PackageFolder {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The path of a file of the package.
    package static func path(_ relative: String) -> String { root.appending(path: relative).path() }
}
