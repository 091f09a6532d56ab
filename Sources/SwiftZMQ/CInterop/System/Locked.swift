/// A value that only one thread at a time can reach.
///
/// Between two uses of the value by different threads lies what libzmq asks for before a socket may be used from another
/// thread: what one wrote before it released the lock is seen by the next who takes it.
@safe
struct Locked<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    // `@unchecked` because pointers are not Sendable. These are constants; the lock is made to be shared, and the value is
    // touched while the lock is held alone. Side by side rather than in one struct, because to change the value would be to
    // change the struct, and the lock with it.
    private let lock: UnsafeMutablePointer<Lock>
    private let value: UnsafeMutablePointer<Value>

    init(_ initial: consuming Value, lock: consuming Lock = Lock()) {
        let alignment = MemoryLayout<Value>.alignment
        let offset = (MemoryLayout<Lock>.size + alignment - 1) / alignment * alignment
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: offset + MemoryLayout<Value>.size, alignment: max(alignment, MemoryLayout<Lock>.alignment))
        unsafe self.lock = memory.bindMemory(to: Lock.self, capacity: 1)
        unsafe value = (memory + offset).bindMemory(to: Value.self, capacity: 1)
        unsafe self.lock.initialize(to: lock)
        unsafe value.initialize(to: initial)
    }

    /// How many threads sleep until the value is theirs.
    var sleepers: Int { unsafe lock.pointee.sleepers }

    deinit {
        unsafe value.deinitialize(count: 1)
        unsafe lock.deinitialize(count: 1)
        unsafe UnsafeMutableRawPointer(lock).deallocate()
    }

    @inline(__always)
    borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe lock.pointee.take(at: lock)
        defer { unsafe lock.pointee.release(at: lock) }
        return try unsafe body(&value.pointee)
    }
}
