import Dispatch
import Glibc
import SystemSupport

/// What goes to standard output, gathered into few large writes.
///
/// Add bytes as they come, flush when ``isFull`` says so and whenever nothing more comes for the moment: a fast
/// producer then costs few system calls, a slow one is seen at once.
///
/// Bytes are written on a thread of their own. A reader that stands still, such as a pager, holds back the task that
/// flushes, and no thread that others need.
///
/// Making one lets the process ignore SIGPIPE, which programs that it starts inherit: whoever starts some must reset it.
public struct OutputBuffer: ~Copyable {
    private var bytes: [UInt8] = []
    private let descriptor: Int32
    private let capacity: Int
    private let queue = DispatchQueue(label: "standard output")
    private let handover = Handover()

    /// What is being written. It goes to and fro, and is never copied.
    private final class Handover: Sendable {
        let bytes = Locked<[UInt8]>([])
    }

    /// An empty buffer.
    ///
    /// - Parameters:
    ///   - descriptor: where the bytes go. Default standard output.
    ///   - capacity: the bytes after which the buffer is full. Default 128 KiB.
    public init(descriptor: Int32 = 1, capacity: Int = 1 << 17) {
        self.descriptor = descriptor
        self.capacity = capacity
        bytes.reserveCapacity(capacity + (capacity >> 2))
        signal(SIGPIPE, SIG_IGN)
    }

    /// Whether it is time to flush. Adding more is possible, and costs memory.
    public var isFull: Bool { bytes.count >= capacity }

    /// Whether everything has been written.
    public var isEmpty: Bool { bytes.isEmpty }

    /// Adds bytes.
    public mutating func append(_ more: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: more)
    }

    /// Adds bytes.
    public mutating func append(_ more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Adds a byte, such as the newline that ends a line.
    public mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// Adds the UTF-8 bytes of a text.
    public mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Lets whoever formats append to the bytes themselves.
    public mutating func withBytes<Result, Failure: Error>(
        _ body: (inout [UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(&bytes)
    }

    /// Waits until everything added so far has been written.
    ///
    /// It is not cut short by cancellation: what has been received is shown.
    ///
    /// - Throws: ``OutputError``: with `isReaderGone` when whoever read a pipe is gone, on which ``CommandLineProgram`` ends
    ///   quietly.
    public mutating func flush() async throws(OutputError) {
        guard !bytes.isEmpty else { return }
        let (descriptor, queue, handover) = (descriptor, queue, handover)
        handover.bytes.withLock { swap(&$0, &bytes) }
        let code = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: handover.bytes.withLock { writeAll($0, to: descriptor) })
            }
        }
        // The same memory again.
        handover.bytes.withLock { swap(&$0, &bytes) }
        bytes.removeAll(keepingCapacity: true)
        if code != 0 { throw OutputError(code: code) }
    }
}

/// Writes all bytes; the error number, or 0.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let written = write(descriptor, part.baseAddress, part.count)
            if written >= 0 {
                rest = rest.dropFirst(written)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Whoever shares the descriptor has made it non-blocking.
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
            case let code: return code
            }
        }
        return 0
    }
}
