/// Immutable bytes outside the message value, shared by all copies of a ``Message`` and by libzmq while it sends them.
///
/// Being immutable and reference counted, a buffer can be sent any number of times, from any thread, without a copy:
/// libzmq is given the address and a reference, which its input/output thread gives back through the free callback.
@safe
@usableFromInline
class MessageBuffer: @unchecked Sendable {
    // Sendable because both properties are constants and the bytes behind them are never written again; the
    // subclasses add only what `deinit` needs to give the memory back. `@unchecked` because a pointer is not Sendable.
    @usableFromInline final let start: UnsafeRawPointer
    @usableFromInline final let count: Int

    init(start: UnsafeRawPointer, count: Int) {
        unsafe self.start = start
        self.count = count
    }

    /// Allocates room for `capacity` bytes and keeps the first `fill(…)` of them.
    @usableFromInline
    static func allocate(
        capacity: Int, initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Int
    ) rethrows -> MessageBuffer {
        try unsafe AllocatedBuffer(capacity: capacity, initializingWith: fill)
    }

    /// What libzmq knows about where the bytes came from; nil where it knows nothing.
    func property(_ name: String) -> String? { nil }

    @inlinable final var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }
}

/// Bytes that the library allocated and the caller filled.
final class AllocatedBuffer: MessageBuffer, @unchecked Sendable {
    /// Allocates room for `capacity` bytes and keeps the first `fill(…)` of them.
    init(capacity: Int, initializingWith fill: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows {
        let room = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        let written: Int
        do {
            written = try unsafe fill(UnsafeMutableRawBufferPointer(start: room, count: capacity))
        } catch {
            unsafe room.deallocate()
            throw error
        }
        precondition(written <= capacity, "wrote \(written) bytes into room for \(capacity)")
        unsafe super.init(start: UnsafeRawPointer(room), count: written)
    }

    deinit {
        unsafe start.deallocate()
    }
}

/// Bytes that belong to the caller and are given back to it, exactly once, when nobody reads them any more.
@safe
final class ForeignBuffer: MessageBuffer, @unchecked Sendable {
    private let release: @Sendable (UnsafeRawBufferPointer) -> Void

    init(_ bytes: UnsafeRawBufferPointer, release: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) {
        unsafe self.release = release
        unsafe super.init(start: bytes.baseAddress ?? Self.emptyAddress, count: bytes.count)
    }

    deinit {
        unsafe release(bytes)
    }

    // An empty buffer may have no address; any constant address serves, as nothing is read from it.
    private static var emptyAddress: UnsafeRawPointer {
        unsafe UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
    }
}
