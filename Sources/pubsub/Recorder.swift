import PublishSubscribe
import SwiftZMQ

/// Writes what a subscriber receives to a recording.
actor Recorder {
    /// The bytes that are gathered before they are written, while more updates wait.
    private static let piece = 1 << 17

    private var file: RecordingFile
    private let limit: Int
    private let largest: Int
    private var lines: [UInt8] = []
    private var recorded = 0
    private var isFull = false
    /// Why it could not write; nil if it could.
    private(set) var failure: (any Error)?

    init(_ file: consuming RecordingFile, limit: Int?, largest: Int?) {
        self.file = file
        self.limit = limit ?? .max
        self.largest = largest ?? .max
    }

    /// The updates recorded, the file's size, and whether it may not grow any more.
    var summary: (recorded: Int, size: Int, isFull: Bool) { (recorded, file.size, isFull) }

    /// Records until as many have come, the file is full or the task is cancelled.
    func record(from socket: Subscriber) async throws {
        // What has been received is written, however this ends.
        defer { lines.removeAll() }
        do {
            while recorded < limit, !isFull {
                take(try await socket.receive())
                var untilLook = 1000
                while recorded < limit, !isFull, untilLook > 0, let message = try socket.tryReceive() {
                    take(message)
                    untilLook -= 1
                    if lines.count >= Self.piece { try write() }
                }
                try write()
            }
        } catch is CancellationError {
            try write()
        }
    }

    private func take(_ message: Message) {
        let before = lines.count
        RecordedUpdate(message, at: .now).append(to: &lines)
        guard file.size + lines.count <= largest else {
            lines.removeLast(lines.count - before)
            isFull = true
            return
        }
        recorded += 1
    }

    private func write() throws {
        guard !lines.isEmpty else { return }
        do {
            try file.append(lines)
        } catch {
            failure = error
            throw error
        }
        lines.removeAll(keepingCapacity: true)
    }
}
