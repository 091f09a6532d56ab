import CZMQ

/// A `zmq_ctx_t`, whose functions may be called from any thread.
@safe
struct RawContext: @unchecked Sendable {
    // `@unchecked` because a pointer is not Sendable; libzmq documents contexts as thread-safe.
    private let pointer: UnsafeMutableRawPointer

    init() throws(ZMQError) {
        guard let created = unsafe zmq_ctx_new() else { throw CLibrary.lastError("create a context") }
        unsafe pointer = created
    }

    func set(_ option: Int32, to value: Int, name: String) throws(ZMQError) {
        let operation = "set context option \(name) to \(value)"
        guard let value = Int32(exactly: value) else {
            throw ZMQError(code: .invalidArgument, operation: operation, explanation: "the value is out of range")
        }
        guard unsafe zmq_ctx_set(pointer, option, value) == 0 else { throw CLibrary.lastError(operation) }
    }

    func get(_ option: Int32, name: String) throws(ZMQError) -> Int32 {
        let value = unsafe zmq_ctx_get(pointer, option)
        guard value >= 0 else { throw CLibrary.lastError("get context option \(name)") }
        return value
    }

    /// The value of an option that may be −1, the system's choice, which C does not tell from a failure.
    func getIfSet(_ option: Int32) -> Int32? {
        let value = unsafe zmq_ctx_get(pointer, option)
        return value < 0 ? nil : value
    }

    func makeSocket(_ type: Int32, name: String) throws(ZMQError) -> RawSocket {
        guard let socket = unsafe zmq_socket(pointer, type) else {
            let error = CLibrary.lastError("create a \(name) socket")
            guard error.code == .tooManySockets else { throw error }
            throw ZMQError(
                code: error.code,
                operation: error.operation,
                explanation: "raise Context(maxSockets:) or the process's limit of open files (ulimit -n)"
            )
        }
        return unsafe RawSocket(pointer: socket)
    }

    /// Makes every blocked or later call on the context's sockets fail with ETERM.
    func shutdown() throws(ZMQError) {
        while unsafe zmq_ctx_shutdown(pointer) != 0 {
            guard czmq_errno() == EINTR else { throw CLibrary.lastError("shut a context down") }
        }
    }

    /// Waits until all sockets are closed and their linger periods over, and frees the context. Blocks.
    func terminate() throws(ZMQError) {
        while unsafe zmq_ctx_term(pointer) != 0 {
            guard czmq_errno() == EINTR else { throw CLibrary.lastError("terminate a context") }
        }
    }
}
