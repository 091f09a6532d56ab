import CZMQ
import Synchronization

/// A libzmq socket, the lock around it, and those who wait for it.
///
/// Each socket has one lock, which is held around every call into libzmq. So the socket may be used from any thread, and a
/// message that is taken from it always belongs to somebody. The descriptor that reports the socket's readiness (`ZMQ_FD`) is
/// edge-triggered: it reports a change once, and any call on the socket takes the report away, for both directions, whether
/// the call succeeds or fails. Hence the one rule of this type: every call is followed by a look at all who wait. ``use(_:)``
/// sees to that, and there is no other way to the socket.
final class SocketCore: Sendable {
    let context: Context
    let kind: SocketKind
    /// `ZMQ_FD`: becomes readable when the socket has to be looked at.
    let descriptor: Int32
    let state: Locked<SocketState>
    /// The process that the socket belongs to.
    let origin = ProcessOrigin()
    /// The names that peers were given on connecting to them.
    let givenNames = Locked(GivenNames())
    /// The endpoints that the socket was connected to. Its lock may be taken under the socket's, not the other way round.
    let connections = Locked(ConnectionRecords())
    /// Whose turn it is to send and receive, or to receive and answer, as one step.
    let turnLock: FIFOLock?
    /// Whether only the last message is kept, of one frame at most. Known from the first endpoint on.
    let isConflating = Atomic<Bool>(false)

    /// How many operations of a socket may succeed in a row before its tasks let others run.
    static let fullBudget = 128

    /// How many messages are sent or received at most before the lock is released, so that others come to theirs.
    static let mostMessagesUnderLock = 1024

    init<S: Socket>(
        _ context: Context, _ kind: SocketKind, _ configure: (inout SocketOptions<S>) throws -> Void
    ) throws {
        var options = SocketOptions<S>()
        try configure(&options)
        let socket = try context.makeSocket(kind)
        let looksBeforeReceiving: Bool
        do {
            try options.apply(to: socket, of: kind, lingers: context.lingers)
            descriptor = try socket.option(ZMQ_FD, name: "descriptor", as: Int32.self)
            looksBeforeReceiving = try socket.mayDropReplies(as: kind)
        } catch {
            socket.close()
            throw error
        }
        self.context = context
        self.kind = kind
        turnLock = kind.takesTurns ? FIFOLock() : nil
        state = Locked(
            SocketState(
                socket, of: kind, keepsMetadata: options.storesMetadata, looksBeforeReceiving: looksBeforeReceiving))
        let isRelaxed = (options as? SocketOptions<Request>)?.isRelaxed ?? true
        state.withLock { $0.isRelaxed = isRelaxed }
    }

    /// Closes the socket and fails all who wait. Does nothing the second time.
    func close(because reason: ZMQError.Code) {
        // What a forked child inherited is its parent's.
        guard origin.isThisProcess else { return }
        var resumptions = DeferredResumptions()
        let isGone = state.withLock { state in
            let socket = state.close(because: reason)
            if let socket { release(socket, &state) }
            // While a proxy of C has the socket, only those wait who want to know of its end.
            for receiver in state.receivers.removeAll() {
                resumptions.add(receiver, .failure(Self.ended("receive", reason)))
            }
            for sender in state.senders.removeAll() { resumptions.add(sender, .failure(Self.ended("send", reason))) }
            let watches = (state.watches.take() ?? []) + state.endWatches
            state.endWatches = []
            for watch in watches { resumptions.add(watch, .failure(Self.ended("wait for a socket", reason))) }
            return socket != nil
        }
        if isGone { context.forget(self) }
        resumptions.resume()
    }

    /// Closes a libzmq socket whose life is over, ends its monitor, and has its end reported to those who wait for that.
    func release(_ socket: RawSocket, _ state: inout SocketState) {
        stopWatching(&state)
        if state.monitor != nil { socket.stopMonitor() }
        state.monitor = nil
        state.end?.observe(socket, in: context)
        socket.close()
    }

    private static func ended(_ operation: String, _ reason: ZMQError.Code) -> any Error {
        ZMQError(code: reason, operation: operation)
    }

    static func timeout(_ operation: String) -> ZMQError {
        ZMQError(code: .timedOut, operation: operation, explanation: "the timeout passed first")
    }
}

// MARK: - Use

extension SocketCore {
    /// Uses the socket under its lock. Whatever comes of it, those who wait are served afterwards, and resumed once the lock
    /// is released.
    @inline(__always)
    func use<Result, Failure: Error>(
        _ body: (inout SocketState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var resumptions = DeferredResumptions()
        defer { resumptions.resume() }
        return try state.withLock { state throws(Failure) in
            defer { if state.needsService { state.serveWaiters(kind, &resumptions) } }
            return try body(&state)
        }
    }

    /// Uses two sockets at once, under the locks of both.
    ///
    /// Whoever else holds two locks takes them in the same order. Nobody who was served is to be resumed within.
    static func withStates<Result>(
        _ one: SocketCore, _ other: SocketCore,
        _ body: (inout SocketState, inout SocketState) throws(ZMQError) -> Result
    ) throws(ZMQError) -> Result {
        guard ObjectIdentifier(one) < ObjectIdentifier(other) else {
            return try other.state.withLock { otherState throws(ZMQError) in
                try one.state.withLock { state throws(ZMQError) in try body(&state, &otherState) }
            }
        }
        return try one.state.withLock { state throws(ZMQError) in
            try other.state.withLock { otherState throws(ZMQError) in try body(&state, &otherState) }
        }
    }

    var figures: SocketFigures {
        state.withLock { state in
            var figures = state.figures
            figures.connections = state.monitor?.connections
            return figures
        }
    }
}
