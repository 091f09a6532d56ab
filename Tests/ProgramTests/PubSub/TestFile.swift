import Foundation

/// A file in a folder of its own, which goes with the test.
final class TestFile: Sendable {
    let path: String
    private let folder: URL

    init(named name: String, holding text: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "pubsub-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appending(path: name).path()
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// What is in it.
    var text: String { get throws { try String(contentsOf: URL(filePath: path), encoding: .utf8) } }

    /// The folder that it is in.
    var folderPath: String { folder.path() }
}
