public import SwiftZMQ
import SystemSupport

/// Where a streamed response is written to, piece by piece, by one task at a time.
public struct WorkerResponseWriter: Sendable {
    private let reply: PendingReply
    private let head: Frame
    private let progress = Progress()

    private final class Progress: Sendable {
        let hasBegun = Locked(false)
    }

    init(reply: PendingReply, head: Frame) {
        self.reply = reply
        self.head = head
    }

    /// Whether the client has been sent the head, so that the status is settled.
    var hasBegun: Bool { progress.hasBegun.withLock { $0 } }

    /// Sends a piece, once the gateway has room for it.
    ///
    /// The first call sends the status and the fields, too; an empty first piece sends them alone.
    ///
    /// - Throws: `CancellationError` when nobody waits for the response any more, `ZMQError` when the gateway is gone.
    public func write(_ piece: Frame) async throws {
        guard !piece.isEmpty else {
            if !hasBegun { try await send(piece) }
            return
        }
        var offset = 0
        while offset < piece.count {
            let size = try await reply.credit.take(upTo: piece.count - offset)
            try await send(size == piece.count ? piece : piece.slice(offset, size))
            offset += size
        }
    }

    private func send(_ piece: Frame) async throws {
        let isFirst = progress.hasBegun.withLock { hasBegun in
            defer { hasBegun = true }
            return !hasBegun
        }
        try await reply.send(piece, after: isFirst ? head : nil)
    }
}

extension Frame {
    fileprivate func slice(_ offset: Int, _ count: Int) -> Frame {
        withUnsafeBytes { Frame(copying: UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + count)])) }
    }
}
