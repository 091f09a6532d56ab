import GatewayWorker
import Hummingbird
import Logging
import SwiftZMQ

extension WorkerResponse {
    /// Up to this length a body of known length becomes one reply: as much as the gateway would hold of a stream.
    private static let longestWholeBody = 1 << 20

    /// Makes the worker's response from a Hummingbird one.
    ///
    /// - Throws: what writing a body throws that is to become one reply.
    init(_ response: Response, isHead: Bool, logger: Logger) async throws {
        self.init(status: response.status, headerFields: response.headers)
        // A response to HEAD keeps its `content-length` and is never asked for its body, which might not end.
        guard !isHead else { return }
        let output = response.body
        if let length = output.contentLength, length <= Self.longestWholeBody {
            let whole = WholeBody(length: length)
            try await output.write(whole.writer(logger))
            body = .bytes(try whole.message())
        } else {
            body = Self.stream(output, logger)
        }
    }

    private static func stream(_ output: ResponseBody, _ logger: Logger) -> WorkerResponseBody {
        .stream { client in
            let length = output.contentLength
            // Whoever reads events wants to know that there will be some, which may be long before the first; and the
            // gateway's deadline ends with the head.
            if length == nil { try await client.write(Frame()) }
            let tally = BodyTally(length: length)
            try await output.write(PacedBodyWriter(client: client, tally: tally, logger: logger))
            try tally.checkCompletion()
        }
    }
}
