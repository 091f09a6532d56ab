extension SocketCore {
    /// Gives the socket to a call that uses it alone and for as long as it likes. Meanwhile all others are refused.
    func lend(for operation: String) throws(ZMQError) -> RawSocket {
        try origin.require(operation)
        return try state.withLock { state throws(ZMQError) in
            let socket = try state.open(for: operation)
            guard state.receivers.isEmpty, state.senders.isEmpty, state.watches == nil else {
                throw ZMQError(
                    code: .wrongState, operation: operation, remedy: "somebody waits for the \(kind.name) socket")
            }
            if let token = state.token { context.executor.unwatch(token, descriptor: descriptor) }
            state.token = nil
            // An alarm goes with its token.
            state.alarm = nil
            state.socket = nil
            state.isLent = true
            return socket
        }
    }

    /// Takes the socket back, and closes it if that was asked for meanwhile.
    func takeBack(_ socket: RawSocket) {
        let isClosed = state.withLock { state in
            guard !state.isLent else {
                state.isLent = false
                state.socket = socket
                return false
            }
            if state.monitor != nil { socket.stopMonitor() }
            state.monitor = nil
            socket.close()
            return true
        }
        if isClosed { context.forget(self) }
    }
}
