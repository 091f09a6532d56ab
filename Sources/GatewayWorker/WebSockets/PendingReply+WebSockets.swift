import SwiftZMQ
import WorkerProtocol

extension PendingReply {
    /// Runs the handler of a WebSocket; in any case ends the request.
    func serveWebSocket(_ request: WorkerRequest, _ handler: GatewayWorker.WebSocketHandler) async {
        // A gateway that does not pace sets no limit.
        let credit = request.raw["x-stream-credit"].flatMap { Int($0) } ?? .max
        let socket = WorkerWebSocket(reply: self, offered: request.webSocketSubprotocols, credit: credit)
        session.requests.attach(socket, to: id)
        do {
            try await handler(request, socket)
            try await socket.begin()
            if Task.isCancelled { socket.abandon() }
            socket.finish(nil)
        } catch {
            guard socket.isAccepted else { return await refuse(request, because: error) }
            if Task.isCancelled { socket.abandon() }
            socket.finish(close(for: error, of: socket, request))
        }
    }

    /// Answers a WebSocket that has not been accepted with an ordinary response.
    private func refuse(_ request: WorkerRequest, because error: any Error) async {
        session.requests.detachWebSocket(of: id)
        if let refusal = error as? WorkerWebSocket.Refusal {
            await send(refusal.response, to: request)
        } else {
            await send(session.response(to: request, failedWith: error), to: request)
        }
    }

    /// How a WebSocket ends whose handler has thrown; nil where the usual way fits.
    private func close(
        for error: any Error, of socket: WorkerWebSocket, _ request: WorkerRequest
    ) -> WorkerWebSocket.Close? {
        switch error {
        case is WorkerWebSocket.Close where socket.closed != nil: return nil
        case is CancellationError where socket.hasEnded: return nil
        case let problem as WorkerProblem:
            if let cause = problem.cause { session.reportFailure(cause, of: "the WebSocket's handler", request) }
            return WorkerWebSocket.Close(.internalError, reason: problem.code)
        default:
            session.reportFailure("\(error)", of: "the WebSocket's handler", request)
            return WorkerWebSocket.Close(.internalError)
        }
    }
}
