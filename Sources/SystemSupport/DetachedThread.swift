import CSystemSupport
import Glibc

/// Starting threads.
package enum DetachedThread {
    /// Runs a closure on a new thread, which takes no signals: those are for the main thread.
    ///
    /// - Parameter name: shown by debuggers and `top`; at most 15 bytes are kept.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
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
            throw SystemError(number: code, operation: "start thread \(name)")
        }
        pthread_detach(thread)
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        unsafe csystem_name_thread(start.name)
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
