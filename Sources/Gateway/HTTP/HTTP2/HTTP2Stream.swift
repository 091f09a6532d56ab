import DequeModule
import NIOCore
import NIOHPACK
import SwiftZMQ

/// One stream of a connection of HTTP/2: a request and its answer, with what has come of the one and waits of the other.
///
/// It is the connection's alone, in one place in memory: found by its number many times for a request, it would be copied each
/// time.
final class HTTP2Stream {
    @exclusivity(unchecked) var exchange: HTTPExchange

    // MARK: The request

    /// Whether the client has not ended its side.
    var isReading = true
    /// Whether what comes of the body is kept; not once the answer is known.
    var keepsBody = true
    var body = ByteBuffer()
    var bodySize = 0
    /// What was left of the window of the stream when the request had to wait before it may send more, or when the client
    /// of a WebSocket last sent something.
    var inboundWindow: Int?
    /// The length that the client has named, where it has named one.
    let declaredLength: Int?
    /// What is asked again once there is room for the answer; only where it may be asked twice.
    var repetition: GatewayRequest?
    /// The bytes of an answer that is asked for once more, which are kept free for it.
    var reserved = 0

    /// Whether it was opened for a WebSocket: what comes on it is no body.
    var isTunnel = false
    /// The WebSocket, once it stands.
    var webSocket: WebSocketExchange?

    // MARK: The answer

    /// What stands before the body, until it is handed on.
    var head: HPACKHeaders?
    /// Whether the answer has begun.
    var hasBegun = false
    /// Whether the answer has no body, whatever the worker sends.
    var isBodyless = false
    /// Whether nothing follows what waits.
    var ends = false
    /// Whether the answer is to be seen not to be whole after that.
    var isCut = false
    /// Whether the whole answer is handed on, and only the request has not come to its end.
    var isAnswered = false
    /// What waits of the body.
    @exclusivity(unchecked) private var pieces = Deque<Frame>()
    /// How many bytes of the first piece have been handed on.
    private var offset = 0
    /// The bytes that wait.
    private(set) var heldBytes = 0
    /// How many bytes of the body the client allows; fewer than none after it has changed its settings.
    var window: Int
    /// The bytes that this stream alone may hold, however many others do.
    var share = 0
    /// How much of that is more than the least.
    var extraShare = 0
    /// Whether it is in the line of those that have something to send.
    var isInTurn = false
    /// Whether it waits for the window of the connection.
    var isWaiting = false
    /// Since when the client allows no byte of what waits, and how many bytes had been written on the connection when that
    /// was first looked at.
    var blocked: (since: NIODeadline, written: Int?)?

    init(_ exchange: consuming HTTPExchange, declaredLength: Int?, window: Int) {
        self.exchange = exchange
        self.declaredLength = declaredLength
        self.window = window
    }

    /// Whether there is anything that could be sent but for the windows.
    var hasOutput: Bool { !isAnswered && (head != nil || heldBytes > 0 || hasBegun && ends) }

    /// Adds to what waits.
    func append(_ piece: Frame) {
        guard !piece.isEmpty, !isBodyless else { return }
        pieces.append(piece)
        heldBytes += piece.count
    }

    /// Takes bytes from what waits; there have to be as many.
    func take(_ count: Int) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        var left = count
        while left > 0, let first = pieces.first {
            let part = min(left, first.count - offset)
            first.withUnsafeBytes {
                _ = buffer.writeBytes(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + part]))
            }
            left -= part
            offset += part
            if offset == first.count {
                pieces.removeFirst()
                offset = 0
            }
        }
        heldBytes -= count
        exchange.noteWritten(count)
        return buffer
    }
}
