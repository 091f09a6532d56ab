import GatewayWorker
import Hummingbird
import Logging
import SwiftZMQ

/// Writes a body to the client at the client's pace.
struct PacedBodyWriter: ResponseBodyWriter {
    let client: WorkerResponseWriter
    let tally: BodyTally
    let logger: Logger

    func write(_ buffer: ByteBuffer) async throws {
        try tally.add(buffer.readableBytes)
        guard buffer.readableBytes > 0 else { return }
        try await client.write(Frame(buffer))
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        tally.finish()
        logger.reportLoss(of: trailingHeaders)
    }
}

extension Logger {
    func reportLoss(of trailingHeaders: HTTPFields?) {
        guard let trailingHeaders, !trailingHeaders.isEmpty else { return }
        debug(
            "left out trailing fields, which the worker protocol does not have",
            metadata: ["fields": "\(trailingHeaders.map(\.name.canonicalName))"])
    }
}
