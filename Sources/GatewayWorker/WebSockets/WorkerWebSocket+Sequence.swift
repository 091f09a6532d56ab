import Logging
import SwiftZMQ
import SystemSupport
import WorkerProtocol

extension WorkerWebSocket: AsyncSequence {
    /// Reads the messages, one after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let socket: WorkerWebSocket

        /// The next message; nil when the client or the worker has closed the WebSocket, when the client or the gateway is
        /// gone, when the worker is told to stop, or when the task is cancelled.
        public mutating func next() async -> Message? { await socket.next() }

        /// As ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> Message? { await socket.next() }
    }

    /// Begins to read. What one iterator has taken, another does not get.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(socket: self) }
}

extension WorkerWebSocket {
    /// The next message; nil when the WebSocket has ended, or the task is cancelled.
    func next() async -> Message? {
        guard !Task.isCancelled, (try? await begin()) != nil else { return nil }
        while !Task.isCancelled {
            switch state.withLock({ $0.take() }) {
            case .message(let message, let bytes):
                if bytes > 0 { await grantGateway(bytes) }
                return message
            case .ended: return nil
            case .nothing: await waitForMessage()
            }
        }
        return nil
    }

    private func grantGateway(_ bytes: Int) async {
        do {
            try await reply.session.socket.send(WorkerCommand.credit(request: reply.id, bytes: bytes))
        } catch {
            // The gateway is gone, and the sequence is about to end; or this task was cancelled, and another reads on.
            state.withLock { $0.keepUngranted(bytes) }
            reply.session.logger.debug("cannot grant a WebSocket's bytes", metadata: ["error": "\(error)"])
        }
    }

    private func waitForMessage() async {
        let ticket = state.withLock { $0.newTicket() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Wake) in
                // As in `takeTurn`.
                let waits = state.withLock { !Task.isCancelled && $0.wait(ticket: ticket, as: continuation) }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            carryOut(state.withLock { $0.withdrawReceiver(ticket) })
        }
    }
}
