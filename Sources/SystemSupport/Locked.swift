package import Glibc

/// A value that only one thread at a time can reach.
///
/// A `pthread` mutex, and not `Synchronization.Mutex`: ThreadSanitizer knows `pthread`, while the lock of the standard
/// library is invisible to it.
@safe
package struct Locked<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    @safe
    @usableFromInline
    package struct Storage: ~Copyable {
        @usableFromInline var mutex: pthread_mutex_t
        @usableFromInline var value: Value
    }

    // `@unchecked` because a pointer is not Sendable. It is a constant; the mutex is made to be shared, and the value
    // is touched between lock and unlock alone.
    @usableFromInline let storage: UnsafeMutablePointer<Storage>

    package init(_ initial: consuming Value) {
        unsafe storage = .allocate(capacity: 1)
        unsafe storage.initialize(to: Storage(mutex: pthread_mutex_t(), value: initial))
        let code = unsafe pthread_mutex_init(&storage.pointee.mutex, nil)
        precondition(code == 0, "pthread_mutex_init failed with error \(code)")
    }

    deinit {
        let code = unsafe pthread_mutex_destroy(&storage.pointee.mutex)
        assert(code == 0, "a lock was destroyed while held (error \(code))")
        unsafe storage.deinitialize(count: 1)
        unsafe storage.deallocate()
    }

    @inlinable
    @inline(__always)
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let locked = unsafe pthread_mutex_lock(&storage.pointee.mutex)
        precondition(locked == 0, "pthread_mutex_lock failed with error \(locked)")
        defer {
            let unlocked = unsafe pthread_mutex_unlock(&storage.pointee.mutex)
            precondition(unlocked == 0, "pthread_mutex_unlock failed with error \(unlocked)")
        }
        return try unsafe body(&storage.pointee.value)
    }
}
