/// Where a socket is in its life: open, in use by a call that has it to itself, or closed.
///
/// This value does not touch libzmq. `Handle` is what libzmq gave, and is kept here exactly as long as it may be used. Whoever
/// gets it from ``close(because:)`` or ``endExclusiveUse(_:)`` has to close it; nobody else does.
enum SocketLife<Handle> {
    case open(Handle)
    /// A call that blocks has the handle, and gives it back by ``endExclusiveUse(_:)``.
    case inUse
    case closed(ZMQError.Code)

    /// The handle, while anybody may use it.
    @inline(__always)
    var handle: Handle? {
        if case .open(let handle) = self { return handle }
        return nil
    }

    /// The handle, or the error that says why it cannot be used.
    @inline(__always)
    func handle(for operation: @autoclosure () -> String) throws(ZMQError) -> Handle {
        guard case .open(let handle) = self else { throw reasonNotOpen(for: operation()) }
        return handle
    }

    /// Whether the socket is closed, or will be as soon as the call that uses it returns.
    var isClosed: Bool {
        if case .closed = self { return true }
        return false
    }

    /// Whether a call has the socket to itself.
    var isInUse: Bool {
        if case .inUse = self { return true }
        return false
    }

    /// Gives the handle to a call that has it to itself until ``endExclusiveUse(_:)``.
    mutating func beginExclusiveUse(for operation: String) throws(ZMQError) -> Handle {
        let handle = try handle(for: operation)
        self = .inUse
        return handle
    }

    /// Takes the handle back from the call that had it to itself.
    ///
    /// - Returns: the handle, to be closed, when the socket was closed meanwhile; nil when it is open again.
    mutating func endExclusiveUse(_ handle: Handle) -> Handle? {
        switch self {
        case .inUse:
            self = .open(handle)
            return nil
        case .closed: return handle
        case .open: preconditionFailure("the exclusive use of a socket ended that had not begun")
        }
    }

    /// Ends the socket's life. The first reason stays.
    ///
    /// - Returns: the handle, to be closed; nil when it was closed before, or when whoever uses it gives it back later.
    mutating func close(because reason: ZMQError.Code) -> Handle? {
        switch self {
        case .open(let handle):
            self = .closed(reason)
            return handle
        case .inUse:
            self = .closed(reason)
            return nil
        case .closed: return nil
        }
    }

    @inline(never)
    private func reasonNotOpen(for operation: String) -> ZMQError {
        guard case .closed(let reason) = self else {
            return ZMQError(
                code: .wrongState, operation: operation, explanation: "a blocking proxy has the socket to itself")
        }
        return ZMQError(code: reason, operation: operation)
    }
}
