import SwiftZMQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

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

    /// A new message with contents of its own, as `CPeer` makes one each time.
    func makeMessage() -> Message {
        Message(capacity: size) { room in
            room.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "x"))
            return size
        }
    }

    /// A new message of so many frames.
    func makeMultipart() -> Multipart {
        var message = Multipart(makeMessage())
        message.reserveCapacity(frames)
        for _ in 1..<frames { message.append(makeMessage()) }
        return message
    }

    /// Ends the process if a message is not what was sent.
    func check(_ message: Multipart) {
        precondition(
            message.count == frames && message[0].count == size && (frames == 1 || message[frames - 1].count == size),
            "received something else than \(frames) frames of \(size) bytes")
    }

    /// Prints a line at once, although standard output is a pipe.
    static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    static func tellThroughput(_ count: Int, since begin: ContinuousClock.Instant) {
        tell("\(Double(count) / ((ContinuousClock.now - begin) / .seconds(1)))")
    }

    static func tellLatency(_ count: Int, since begin: ContinuousClock.Instant) {
        tell("\((ContinuousClock.now - begin) / .microseconds(1) / Double(count) / 2)")
    }

    /// Keeps the socket until the other end has what it needs.
    static func waitForEndOfInput() {
        while readLine() != nil {}
    }
}
