import Hummingbird
import Logging
import NIOConcurrencyHelpers
import SwiftZMQ

/// Collects a body that becomes one reply.
final class WholeBody: Sendable {
    private let collected = NIOLockedValueBox<ByteBuffer?>(nil)
    private let tally: BodyTally

    init(length: Int) {
        tally = BodyTally(length: length)
    }

    func writer(_ logger: Logger) -> some ResponseBodyWriter & Sendable {
        Writer(body: self, logger: logger)
    }

    /// What was written.
    ///
    /// - Throws: when the body has not been written to its end.
    func message() throws -> Frame {
        try tally.checkCompletion()
        return collected.withLockedValue { $0.map { Frame($0) } } ?? Frame()
    }

    private struct Writer: ResponseBodyWriter {
        let body: WholeBody
        let logger: Logger

        func write(_ buffer: ByteBuffer) async throws {
            try body.tally.add(buffer.readableBytes)
            body.collected.withLockedValue { collected in
                // Most bodies have one piece, which needs no copy.
                if collected?.writeImmutableBuffer(buffer) == nil { collected = buffer }
            }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
            body.tally.finish()
            logger.reportLoss(of: trailingHeaders)
        }
    }
}
