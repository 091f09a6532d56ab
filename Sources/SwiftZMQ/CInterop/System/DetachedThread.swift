import CZMQ
import Glibc

/// Starting threads of the library's own.
enum DetachedThread {
    /// Runs a closure on a new thread, which takes no signals: those are for the program's own threads.
    ///
    /// - Parameter name: shown by debuggers and `top`; at most 15 bytes are kept.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(ZMQError) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var every = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&every)
        // A thread inherits the mask, so that no signal can arrive before it could block it itself.
        unsafe pthread_sigmask(SIG_SETMASK, &every, &before)
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, Self.main, start.toOpaque())
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard code == 0 else {
            unsafe start.release()
            throw ZMQError(code: .init(rawValue: code), operation: "start thread \(name)")
        }
        pthread_detach(thread)
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        unsafe czmq_name_thread(start.name)
        start.body()
        return nil
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
