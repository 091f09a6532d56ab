import Logging
import SwiftZMQ

/// The worker at one gateway: a session after another, each on a new socket, until the task is cancelled.
struct GatewayLink: Sendable {
    let worker: GatewayWorker
    let endpoint: String
    let context: Context
    /// The message that registers the worker.
    let ready: Message

    private var logger: Logger {
        var logger = worker.logger
        logger[metadataKey: "service"] = "\(worker.service)"
        logger[metadataKey: "gateway"] = "\(endpoint)"
        return logger
    }

    /// Serves the gateway until the task is cancelled, and then ends in order.
    ///
    /// - Throws: what no further attempt can cure.
    func run() async throws {
        let logger = logger
        var backoff = Backoff(worker.configuration)
        while !Task.isCancelled {
            do {
                let session = try GatewaySession(link: self, logger: logger)
                try await serve(session, backoff: &backoff, logger: logger)
            } catch is CancellationError {
                return
            } catch let error as ZMQError where error.isTransient {
                logger.warning("cannot serve the gateway for now", metadata: ["error": "\(error)"])
            }
            do {
                try await Task.sleep(for: backoff.pause())
            } catch {
                return
            }
        }
    }

    /// Goes through one session. Throws `CancellationError` once it has come to a graceful end.
    private func serve(_ session: GatewaySession, backoff: inout Backoff, logger: Logger) async throws {
        var heartbeats = HeartbeatTimer(worker.configuration)
        do {
            let end = try await session.serve(&heartbeats)
            if session.hasBeenAccepted { backoff.reset() }
            let abandoned = session.abandon()
            logger.log(
                level: session.hasBeenAccepted || end == .dismissed ? .notice : .debug,
                "the gateway \(end == .silent ? "is silent" : "said DISCONNECT"); registering anew",
                metadata: ["abandoned-requests": "\(abandoned)"])
        } catch is CancellationError {
            await session.shutDown(heartbeats)
            throw CancellationError()
        } catch {
            session.abandon()
            throw error
        }
    }
}

extension ZMQError {
    /// Whether the operation may succeed later, without anybody changing the program or its configuration.
    fileprivate var isTransient: Bool { code == .tooManySockets || code == .outOfMemory }
}
