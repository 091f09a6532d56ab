import HTTPTypes
import Logging
import SwiftZMQ
import WorkerProtocol

/// The reply to one request, of which exactly one last piece is to be sent.
struct PendingReply: Sendable {
    let session: GatewaySession
    let id: Frame
    let credit: StreamCredit

    /// Sends a response, whole or piece by piece.
    ///
    /// - Parameter request: what it answers; nil where that could not be read.
    func send(_ response: WorkerResponse, to request: WorkerRequest?) async {
        switch response.body.contents {
        case .bytes(let bytes): await send(response, bytes, to: request)
        case .stream(let write): await stream(response, write, to: request)
        }
    }

    private func send(_ response: WorkerResponse, _ bytes: Frame, to request: WorkerRequest?) async {
        let isHead = request?.method == .head && !bytes.isEmpty
        do {
            let head = try response.headFrame(contentLength: isHead ? bytes.count : nil)
            finish(WorkerCommand.final(request: id, head: head, body: isHead ? Frame() : bytes))
        } catch {
            await fail(error, of: "the response", request)
        }
    }

    private func fail(_ error: any Error, of what: String, _ request: WorkerRequest?) async {
        session.reportFailure("\(error)", of: what, request)
        await send(WorkerProblem.handlerFailed.response(to: request), to: request)
    }

    // MARK: Streams

    private func stream(
        _ response: WorkerResponse, _ write: @Sendable (WorkerResponseWriter) async throws -> Void,
        to request: WorkerRequest?
    ) async {
        let head: Frame
        do {
            head = try response.headFrame()
        } catch {
            return await fail(error, of: "the response", request)
        }
        guard request?.method != .head else {
            return finish(WorkerCommand.final(request: id, head: head, body: Frame()))
        }

        // A gateway that does not pace streams sets no limit.
        credit.grant(request?.raw["x-stream-credit"].flatMap { Int($0) } ?? .max)
        let writer = WorkerResponseWriter(reply: self, head: head)
        do {
            try await write(writer)
            finish(
                writer.hasBegun ? lastPiece : WorkerCommand.final(request: id, head: head, body: Frame()))
        } catch {
            guard error is CancellationError && Task.isCancelled else {
                guard writer.hasBegun else { return await fail(error, of: "the stream", request) }
                session.reportFailure("\(error)", of: "the stream", request)
                // A last piece would make a response that broke off look complete.
                return finish(WorkerCommand.abort(request: id, because: "the stream failed"))
            }
            finish(lastPiece)
        }
    }

    /// Sends a piece, waiting for room.
    ///
    /// - Parameter head: goes before the first piece.
    func send(_ piece: Frame, after head: Frame?) async throws {
        try await session.socket.send(WorkerCommand.partial(request: id, head: head, piece: piece))
    }

    // MARK: The end

    /// An empty piece that ends a stream.
    private var lastPiece: Message { WorkerCommand.final(request: id, piece: Frame()) }

    /// Sends the last piece, together with those of other requests that are about to end.
    func finish(_ message: Message) {
        guard session.requests.finish(id, with: message) else { return }
        // In a task of its own: if this one has been cancelled, the gateway waits for the last piece all the same. It
        // runs after the handlers that are ready to run now, and finds what they have answered.
        Task(executorPreference: session.worker.configuration.handlerExecutor) { [session] in
            await session.sendReplies()
        }
    }
}
