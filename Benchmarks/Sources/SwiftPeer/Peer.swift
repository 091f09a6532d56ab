import Glibc
import SwiftZMQ

/// What one end has to do, and what the ways of doing it have in common.
struct Peer: Sendable {
    enum Role: String {
        case pull, push, reply, request
        /// Both ends of push and pull, and of request and reply, in one process.
        case throughput, latency
    }

    let role: Role
    let endpoint: String
    let size: Int
    let count: Int
    let frames: Int

    /// How many messages a call takes at most where it takes many.
    static let batch = 100

    /// The messages to send, the first that is not counted included, as many at once as a call takes.
    var batches: some Sequence<Range<Int>> {
        stride(from: 0, to: count + 1, by: Self.batch).lazy.map { $0..<min($0 + Self.batch, count + 1) }
    }

    /// A new frame with contents of its own, as `CPeer` makes one each time.
    func makeFrame() -> Frame {
        let frame = try? Frame(capacity: size) { memory in
            memory.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "x"))
            return size
        }
        // It fills what it was given, and so does not fail.
        return frame ?? Frame()
    }

    /// A new message of as many frames as it is to have.
    func makeMessage() -> Message {
        var message = Message(makeFrame())
        message.reserveCapacity(frames)
        for _ in 1..<frames { message.append(makeFrame()) }
        return message
    }

    /// Ends the process if a message is not what was sent.
    // In line, as C's compiler has it.
    @inline(__always)
    func check(_ message: Message) {
        precondition(
            message.count == frames && message.first?.count == size && (frames == 1 || message.last?.count == size),
            "received something else than \(frames) frames of \(size) bytes")
    }

    /// Prints a line at once, although standard output is a pipe.
    static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }
}
