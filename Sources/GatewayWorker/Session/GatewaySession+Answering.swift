import HTTPTypes
import Logging
import SwiftZMQ
import WorkerProtocol

extension GatewaySession {
    /// Starts the handler of a request, or refuses it.
    func admit(_ id: Frame, _ frames: BodyFrames) {
        let admission = requests.admit(id) { credit in
            Task(executorPreference: worker.configuration.handlerExecutor) {
                await self.answer(PendingReply(session: self, id: id, credit: credit), frames)
            }
        }
        switch admission {
        case .admitted: break
        case .duplicate:
            // Two replies under one id would be one too many.
            logger.error("ignored a request whose id is that of another", metadata: ["request": "\(id.printable)"])
        case .full:
            logger.error(
                "refused a request beyond the concurrency",
                metadata: ["concurrency": "\(worker.configuration.concurrency)"])
            refuse(id)
        }
    }

    /// Answers a request for which there is no place, so that the gateway does not wait for it.
    private func refuse(_ id: Frame) {
        do {
            let head = try WorkerProblem.overloaded.response().headFrame()
            let isSent = try socket.trySend(WorkerCommand.final(request: id, head: head, body: Frame()))
            if !isSent { logger.debug("no room to refuse a request") }
        } catch {
            logger.debug("cannot refuse a request", metadata: ["error": "\(error)"])
        }
    }

    /// Runs the handler and sends what it answers; in any case ends the request.
    private func answer(_ reply: PendingReply, _ frames: BodyFrames) async {
        let request: WorkerRequest
        do {
            request = try WorkerRequest(reading: frames)
        } catch {
            logger.warning("refused a malformed request", metadata: ["error": "\(error)"])
            let problem = WorkerProblem(.badRequest, code: "bad-request", detail: error.detail)
            return await reply.send(problem.response(), to: nil)
        }
        if let handler = worker.webSocketHandler, request.asksForWebSocket {
            await reply.serveWebSocket(request, handler)
        } else {
            await reply.send(response(to: request), to: request)
        }
    }

    private func response(to request: WorkerRequest) async -> WorkerResponse {
        do {
            return try await worker.handler(request)
        } catch {
            return response(to: request, failedWith: error)
        }
    }

    /// What a client gets whose request's handler has thrown.
    func response(to request: WorkerRequest, failedWith error: any Error) -> WorkerResponse {
        switch error {
        case let problem as WorkerProblem:
            if let cause = problem.cause { reportFailure(cause, of: "the handler", request) }
            return problem.response(to: request)
        case is CancellationError where Task.isCancelled: return WorkerProblem.cancelled.response(to: request)
        default:
            reportFailure("\(error)", of: "the handler", request)
            return WorkerProblem.handlerFailed.response(to: request)
        }
    }

    /// Sends all replies that are ready, waiting for room where there is none.
    func sendReplies() async {
        while true {
            let replies = requests.takeReplies()
            guard !replies.isEmpty else { return }
            for reply in replies {
                do {
                    try await socket.send(reply)
                } catch {
                    logger.debug("cannot send a reply", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    func reportFailure(_ error: String, of what: String, _ request: WorkerRequest?) {
        logger.error(
            "\(what) failed",
            metadata: [
                "error": "\(error)",
                "request": "\(request?.requestID ?? "")",
                "method": "\(request?.method.rawValue ?? "")",
                // Without the query, in which secrets are found.
                "path": "\(request.map { String($0.path) } ?? "")",
            ])
    }
}
