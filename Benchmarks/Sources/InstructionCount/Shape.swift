import Glibc
import SwiftZMQ

/// What a message looks like.
struct Shape: Sendable {
    let size: Int
    let frames: Int

    /// A new frame with contents of its own.
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
        guard message.count == frames, message.first?.count == size, frames == 1 || message.last?.count == size
        else {
            print("received something else than \(frames) frames of \(size) bytes")
            exit(1)
        }
    }
}
