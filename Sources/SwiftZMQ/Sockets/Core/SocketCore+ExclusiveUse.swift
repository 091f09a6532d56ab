extension SocketCore {
    /// Gives the socket to a call that uses it alone and for as long as it likes. Meanwhile all others are refused.
    func beginExclusiveUse(for operation: String) throws(ZMQError) -> RawSocket {
        try origin.require(operation)
        return try state.withLock { state throws(ZMQError) in
            try state.requireOpen(for: operation)
            guard !state.isAwaited else {
                throw ZMQError(
                    code: .wrongState, operation: operation, explanation: "somebody waits for the \(kind.name) socket")
            }
            stopWatching(&state)
            return try state.beginExclusiveUse(for: operation)
        }
    }

    /// Takes the socket back, and closes it if that was asked for meanwhile.
    func endExclusiveUse(_ socket: RawSocket) {
        let isGone = state.withLock { state in
            guard let ended = state.endExclusiveUse(socket) else { return false }
            release(ended, &state)
            return true
        }
        guard !isGone else { return context.forget(self) }
        // Out of descriptors or memory: whoever uses the socket looks after it.
        try? watchOccasionally()
    }
}
