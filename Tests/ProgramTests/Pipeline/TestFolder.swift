import Foundation

/// A folder of one test, which goes with it; its path is short enough for the names of sockets.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        path = "/tmp/pipeline-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    subscript(name: String) -> String { "\(path)/\(name)" }

    func ipc(_ name: String) -> String { "ipc://\(path)/\(name)" }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: self[name]))
        return self[name]
    }

    /// A file with the numbers from 1 on, a line each.
    func numbers(_ count: Int) throws -> String {
        try write((1...count).map { "\($0)\n" }.joined(), to: "numbers")
    }

    func lines(of name: String) throws -> [String] {
        let text = String(decoding: try Data(contentsOf: URL(filePath: self[name])), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self[name]) }
}
