import Glibc

/// One object for each thread, kept by `pthread` and released when the thread ends.
enum ThreadLocal {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = unsafe pthread_key_create(&key) { object in
            guard let object = unsafe object else { return }
            unsafe Unmanaged<AnyObject>.fromOpaque(object).release()
        }
        precondition(code == 0, "pthread_key_create failed with error \(code)")
        return key
    }()

    /// The calling thread's object of the one type that is ever stored here.
    static func get<Object: AnyObject>(as type: Object.Type) -> Object? {
        guard let pointer = unsafe pthread_getspecific(key) else { return nil }
        return unsafe Unmanaged<Object>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Stores the calling thread's object, in the place of what it had.
    static func set(_ object: AnyObject) {
        let before = unsafe pthread_getspecific(key)
        defer { if let before = unsafe before { unsafe Unmanaged<AnyObject>.fromOpaque(before).release() } }
        let code = unsafe pthread_setspecific(key, Unmanaged.passRetained(object).toOpaque())
        precondition(code == 0, "pthread_setspecific failed with error \(code)")
    }

    /// A number that tells the threads that live at one time apart.
    static var currentThread: UInt { UInt(pthread_self()) }
}
