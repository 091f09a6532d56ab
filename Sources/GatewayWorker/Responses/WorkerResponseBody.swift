public import SwiftZMQ

/// The body of a response: bytes that are there, or a stream that is produced while it is sent.
public struct WorkerResponseBody: Sendable {
    enum Contents: Sendable {
        case bytes(Frame)
        case stream(@Sendable (WorkerResponseWriter) async throws -> Void)
    }

    let contents: Contents

    /// No bytes.
    public static let empty = bytes(Frame())

    /// Bytes that are there.
    public static func bytes(_ bytes: Frame) -> WorkerResponseBody {
        WorkerResponseBody(contents: .bytes(bytes))
    }

    /// Bytes that a closure writes piece by piece.
    ///
    /// Each piece goes to the client as soon as it is written. The gateway paces the writer to the client's speed. The
    /// response is complete when the closure returns. If it throws, the response is never completed, so that the
    /// client can tell; before the first piece it is replaced by a `500`.
    public static func stream(
        _ write: @escaping @Sendable (WorkerResponseWriter) async throws -> Void
    ) -> WorkerResponseBody {
        WorkerResponseBody(contents: .stream(write))
    }

    /// The elements of a sequence, as they come. See ``stream(_:)-(WorkerResponseWriter)``.
    public static func stream<Pieces: AsyncSequence & Sendable>(_ pieces: Pieces) -> WorkerResponseBody
    where Pieces.Element == Frame {
        .stream { writer in
            for try await piece in pieces { try await writer.write(piece) }
        }
    }
}

extension WorkerResponseBody {
    /// The bytes, or nil for a stream.
    public var bytes: Frame? {
        guard case .bytes(let bytes) = contents else { return nil }
        return bytes
    }
}
