import Foundation

/// A file that is there as long as the test.
final class TemporaryFile: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "webgateway-\(UUID().uuidString).yaml").path()

    init(_ text: String) throws {
        try replace(with: text)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func replace(with text: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
