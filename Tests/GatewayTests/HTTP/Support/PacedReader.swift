import Glibc

/// A client on a thread of its own that reads at a pace, through a small receive buffer.
struct PacedReader: Sendable {
    let port: Int
    /// What is sent before anything is read.
    let request: String
    /// How much is read at a time, and how long the client waits after it.
    var piece = 16 << 10
    var pause: Duration = .milliseconds(2)
    /// From which byte on it reads as fast as it can.
    var paced = Int.max
    /// Whether it ceases to send once the response has begun.
    var halfCloses = false

    /// What came until the connection ended, and whether it ended by a reset.
    struct Result: Sendable {
        var bytes: [UInt8] = []
        var isReset = false
    }

    /// Reads until the connection ends.
    func read() async -> Result {
        await withCheckedContinuation { continuation in
            let context = Unmanaged.passRetained(Job(reader: self, continuation: continuation))
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    let job = Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
                    job.continuation.resume(returning: job.reader.readNow())
                    return nil
                }, context.toOpaque())
            precondition(status == 0, "no thread: \(status)")
            pthread_detach(thread)
        }
    }

    private final class Job {
        let reader: PacedReader
        let continuation: CheckedContinuation<Result, Never>

        init(reader: PacedReader, continuation: CheckedContinuation<Result, Never>) {
            self.reader = reader
            self.continuation = continuation
        }
    }

    private func readNow() -> Result {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var size: Int32 = 64 << 10
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        // A `sockaddr_in` byte by byte, as several modules claim to define the structure.
        var address = [UInt8](repeating: 0, count: 16)
        withUnsafeBytes(of: sa_family_t(AF_INET)) { address.replaceSubrange(0..<2, with: $0) }
        withUnsafeBytes(of: UInt16(port).bigEndian) { address.replaceSubrange(2..<4, with: $0) }
        address.replaceSubrange(4..<8, with: [127, 0, 0, 1])
        let connected = address.withUnsafeBytes { bytes in
            connect(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        precondition(connected == 0, "not connected: \(errno)")
        _ = request.utf8.withContiguousStorageIfAvailable { write(descriptor, $0.baseAddress, $0.count) }
        var result = Result()
        var room = [UInt8](repeating: 0, count: piece)
        while true {
            let count = Glibc.read(descriptor, &room, room.count)
            guard count > 0 else {
                result.isReset = count < 0
                return result
            }
            if halfCloses, result.bytes.isEmpty { shutdown(descriptor, Int32(SHUT_WR)) }
            result.bytes += room[..<count]
            if result.bytes.count < paced {
                usleep(UInt32(pause.components.attoseconds / 1_000_000_000_000))
            }
        }
    }
}
