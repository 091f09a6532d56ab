import Glibc

/// Immutable bytes that all copies of a ``Frame`` share, and libzmq with them while it sends them.
///
/// Being immutable and reference counted, a large buffer can be sent any number of times, from any thread, without a copy:
/// libzmq is given the address and a reference, which its input/output thread gives back through the free callback.
@safe
@usableFromInline
class FrameBuffer: @unchecked Sendable {
    // Sendable because both properties are constants and the bytes behind them are never written again; the
    // subclasses add only what `deinit` needs to give the memory back. `@unchecked` because a pointer is not Sendable.
    @usableFromInline final let start: UnsafeRawPointer
    @usableFromInline final let count: Int
    /// Whether a send copies the bytes rather than shares them.
    final let isCopiedWhenSent: Bool

    /// Up to how many bytes are copied when they are sent. To share them libzmq allocates, too, and its input/output thread
    /// gives back what this thread allocated, which costs more than to copy so few.
    private static var mostBytesCopied: Int { 2048 }

    /// - Parameter isShared: whether the bytes are shared however few they are, because the caller was told so.
    init(start: UnsafeRawPointer, count: Int, isShared: Bool = false) {
        unsafe self.start = start
        self.count = count
        isCopiedWhenSent = !isShared && count <= Self.mostBytesCopied
    }

    /// Allocates room for `capacity` bytes and keeps the first `fill(…)` of them.
    @usableFromInline
    static func allocate(
        capacity: Int, initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws -> FrameBuffer {
        try unsafe AllocatedBuffer(capacity: capacity, initializingWith: fill)
    }

    /// Refuses a count of bytes that cannot have been written into room for `capacity`.
    @inlinable
    static func validate(_ written: Int, capacity: Int) throws(ZMQError) {
        if written < 0 || written > capacity { throw impossible(written, capacity: capacity) }
    }

    /// Refuses to make room for less than nothing.
    @inlinable
    static func validate(capacity: Int) throws(ZMQError) {
        if capacity < 0 { throw negative(capacity) }
    }

    @usableFromInline
    static func impossible(_ written: Int, capacity: Int) -> ZMQError {
        ZMQError(
            code: .invalidArgument, operation: "fill a frame",
            explanation: "the closure returned \(written), and there was room for \(capacity) bytes")
    }

    @usableFromInline
    static func negative(_ capacity: Int) -> ZMQError {
        ZMQError(
            code: .invalidArgument, operation: "fill a frame", explanation: "the capacity \(capacity) is negative")
    }

    /// Room for so many bytes, at least for one. Swift's own `allocate` takes twice as long, as it asks the C library for an
    /// alignment, whatever it is told. To be given back by `free`.
    ///
    /// Where the system has none, the process ends, as it does where Swift itself finds none.
    static func memory(_ capacity: Int) -> UnsafeMutableRawBufferPointer {
        guard let start = unsafe malloc(max(1, capacity)) else { fatalError("no memory for \(capacity) bytes") }
        return unsafe UnsafeMutableRawBufferPointer(start: start, count: capacity)
    }

    /// What libzmq knows about where the bytes came from; nil where it knows nothing.
    func property(_ name: String) -> String? { nil }

    /// Whether the bytes were received, so that libzmq may know where they came from.
    var isReceived: Bool { false }

    @inlinable final var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }
}

/// Bytes that the library allocated and the caller filled.
final class AllocatedBuffer: FrameBuffer, @unchecked Sendable {
    /// Allocates room for `capacity` bytes and keeps the first `fill(…)` of them.
    init(capacity: Int, initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Int) throws {
        let memory = unsafe Self.memory(capacity)
        let written: Int
        do {
            written = try unsafe fill(memory)
            try Self.validate(written, capacity: capacity)
        } catch {
            unsafe free(memory.baseAddress)
            throw error
        }
        unsafe super.init(start: UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped), count: written)
    }

    /// Allocates room for `capacity` bytes and keeps those that are appended.
    init<Failure: Error>(
        writingUpTo capacity: Int, _ write: (inout OutputRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        let memory = unsafe Self.memory(capacity)
        let written: Int
        do throws(Failure) {
            written = try unsafe memory.written(write)
        } catch {
            unsafe free(memory.baseAddress)
            throw error
        }
        unsafe super.init(start: UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped), count: written)
    }

    /// Copies at least one byte.
    init(copying bytes: UnsafeRawBufferPointer) {
        let memory = unsafe Self.memory(bytes.count)
        unsafe memory.copyMemory(from: bytes)
        unsafe super.init(start: UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped), count: bytes.count)
    }

    deinit {
        unsafe free(UnsafeMutableRawPointer(mutating: start))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Lets a closure append to this uninitialized memory, and says how many bytes it did.
    func written<Failure: Error>(_ write: (inout OutputRawSpan) throws(Failure) -> Void) throws(Failure) -> Int {
        var output = unsafe OutputRawSpan(buffer: self, initializedCount: 0)
        try write(&output)
        return unsafe output.finalize(for: self)
    }
}

/// Bytes that belong to the caller and are given back to it, exactly once, when nobody reads them any more.
@safe
final class ForeignBuffer: FrameBuffer, @unchecked Sendable {
    private let release: @Sendable (UnsafeRawBufferPointer) -> Void

    /// - Parameter bytes: at least one, as short memory is copied.
    init(_ bytes: UnsafeRawBufferPointer, release: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) {
        unsafe self.release = release
        guard let start = bytes.baseAddress else { preconditionFailure("memory that is handed over has no address") }
        unsafe super.init(start: start, count: bytes.count, isShared: true)
    }

    deinit {
        // Not here: libzmq lets go of a message in the midst of any call, and calls have the lock of a socket.
        let handedOver = unsafe HandedOverMemory(bytes: bytes, release: release)
        SocketExecutor.performOnShared { handedOver.giveBack() }
    }
}

@safe
private struct HandedOverMemory: @unchecked Sendable {
    // `@unchecked` because a pointer is not Sendable. Nobody else has it any more.
    let bytes: UnsafeRawBufferPointer
    let release: @Sendable (UnsafeRawBufferPointer) -> Void

    func giveBack() { unsafe release(bytes) }
}
