package import SwiftZMQ
package import WorkerProtocol

// What crosses between the HTTP front and the broker. Requests go one way, events about them come back the other
// way, both as plain values; neither side knows how the other is built.

/// Names one request within the gateway: the event loop it came from, and its running number there.
package struct RequestID: Hashable, Sendable {
    /// The index of the event loop that answers the client.
    package let loop: UInt16
    /// Counts the requests of that loop; never used twice.
    package let number: UInt64

    /// Names a request.
    package init(loop: UInt16, number: UInt64) {
        self.loop = loop
        self.number = number
    }
}

/// A request that the HTTP front has read, checked and routed.
///
/// It never changes, and is shared by all through whose hands it goes: that costs less than copying what is in it.
package final class GatewayRequest: Sendable {
    /// Names the request in every later event.
    package let id: RequestID
    /// The service that is to answer.
    package let service: String
    /// The first frame for the worker, see `RequestHead`.
    package let head: Frame
    /// The second frame for the worker; empty where the request has no body.
    package let body: Frame
    /// Whether it may be sent to a second worker after the first died with it (GET, HEAD, PUT, DELETE, OPTIONS).
    package let isIdempotent: Bool
    /// How often it may be sent to another worker.
    package let retries: Int
    /// The time from arrival at the broker to the first byte of the reply.
    package let timeout: Duration
    /// The bytes of a streamed reply that a worker with credit may have under way, where they are fewer than
    /// ``BrokerConfiguration/streamCredit``.
    package let streamCredit: Int?

    /// Whether the client asks for a WebSocket.
    package let webSocket: WebSocketWish

    /// Who is to do it: the broker, unless it is for topics or messages.
    package let destination: GatewayRequestDestination

    /// What goes to the worker in place of head and body, unread; its reply comes back as ``ReplyEvent/frames(_:isLast:)``.
    package let frames: BodyFrames?

    /// Makes a request from its parts.
    package init(
        id: RequestID, service: String, head: Frame, body: Frame,
        isIdempotent: Bool, retries: Int, timeout: Duration, streamCredit: Int? = nil,
        webSocket: WebSocketWish = .none
    ) {
        self.id = id
        self.service = service
        self.head = head
        self.body = body
        self.isIdempotent = isIdempotent
        self.retries = retries
        self.timeout = timeout
        self.streamCredit = streamCredit
        self.webSocket = webSocket
        destination = .broker
        frames = nil
    }

    /// Makes a request that is not for a service.
    ///
    /// - Parameter streamCredit: the most bytes of a stream that may be on their way to the client.
    init(id: RequestID, _ destination: GatewayRequestDestination, body: Frame, streamCredit: Int?) {
        self.id = id
        service = ""
        head = Frame()
        self.body = body
        isIdempotent = false
        retries = 0
        timeout = .zero
        self.streamCredit = streamCredit
        webSocket = .none
        self.destination = destination
        frames = nil
    }

    /// Makes a request whose frames, and those of its reply, are passed on unread. Nobody knows what it does, so that it
    /// is never sent to a second worker once it has left for the first.
    package init(id: RequestID, service: String, frames: BodyFrames, timeout: Duration) {
        self.id = id
        self.service = service
        head = Frame()
        body = Frame()
        isIdempotent = false
        retries = 0
        self.timeout = timeout
        streamCredit = nil
        webSocket = .none
        destination = .broker
        self.frames = frames
    }
}

/// Whether a request asks for a WebSocket, which a worker with the property `websocket` may serve. Where a service has no
/// such worker, it is a request like any other.
package enum WebSocketWish: Sendable, Hashable {
    /// It asks for none.
    case none
    /// It asks for one.
    case wanted
    /// It asks for one in a way, or from a place, that is refused with that failure.
    case refused(GatewayFailure)
}

/// Who is to do what a request asks for.
package enum GatewayRequestDestination: Sendable {
    /// The broker, which sends it to a worker.
    case broker
    /// The broadcaster of the topic streams.
    case topics(TopicRequest)
    /// The sockets that send messages.
    case messages(Publication)
}

/// What the broker reports about a request. Every request gets exactly one of these sequences:
/// `reply`; or `begin`, any number of `piece`, and `end` or `cut`; or `failure`. One with ``GatewayRequest/frames`` gets
/// any number of `frames`, the last of which says so, or `failure` in place of the first or `cut` in place of a later one.
/// One that asks for a WebSocket may also get `open`, any number of `message`, `granted` and `paused`, and `closed`; of a
/// topic stream, `open`, any number of `piece`, and `end`.
package enum ReplyEvent: Sendable {
    /// Who has the request, where ``BrokerConfiguration/reportsHandling`` asks for it: before the first event that says
    /// what became of it, and once more before the last of a streamed reply. Part of no sequence.
    case handled(RequestHandling)
    /// The whole reply.
    case reply(ReplyHead, body: Frame)
    /// The head of a streamed reply and its first piece.
    case begin(ReplyHead, piece: Frame)
    /// A further piece of a streamed reply.
    case piece(Frame)
    /// The last piece of a streamed reply.
    case end(Frame)
    /// The reply to a request whose frames are passed on, or a part of it.
    case frames(BodyFrames, isLast: Bool)
    /// The WebSocket that was asked for stands: the fields that go with its acceptance, and how many bytes of messages may be
    /// sent to the worker before it grants more; nil for as many as the largest message has.
    case open(ReplyHead, credit: Int?)
    /// A message for the client of a WebSocket.
    case message(WebSocketMessageKind, Frame)
    /// The worker of a WebSocket takes so many further bytes of the client's messages. 0 asks for something else: to report at
    /// once whatever the client takes of the worker's messages, however little it is.
    case granted(Int)
    /// The worker of a WebSocket does not read fast enough, so that nothing is to be sent to it; or it does again.
    case paused(Bool)
    /// The WebSocket ends.
    case closed(WebSocketEnd)
    /// The stream broke off; the client must be able to tell.
    case cut
    /// No reply; nothing has been sent to the client yet.
    case failure(GatewayFailure)
}

/// How a WebSocket ends, as its client is told.
package struct WebSocketEnd: Sendable, Hashable {
    /// The close code (RFC 6455, section 7.4).
    package let code: UInt16
    /// For people.
    package let reason: Frame
    /// Whether nothing went wrong.
    package let isOrderly: Bool

    /// The worker's own end.
    package init(code: UInt16, reason: Frame) {
        self.code = code
        self.reason = reason
        isOrderly = true
    }

    private init(broken code: UInt16, _ reason: Frame) {
        self.code = code
        self.reason = reason
        isOrderly = false
    }

    /// The worker is gone, or said what cannot be passed on.
    package static let workerFailed = Self(broken: 1011, "the worker failed")
    /// The gateway or the worker stops, and the client may come back.
    package static let stopped = Self(broken: 1012, "the service restarts")
    /// The worker's process is replaced by another, to which the client may come back.
    package static let restarted = Self(code: 1012, reason: "the service restarts")

    /// The code and the reason as they stand in a close frame (RFC 6455, section 5.5.1).
    package var contents: Frame { Frame([UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason)) }
}

/// Which worker had a request, and for how long.
public struct RequestHandling: Sendable, Hashable {
    /// The worker: its routing id as it is logged when it registers.
    public var worker: String
    /// How long the request waited until it was sent to the worker, earlier attempts included.
    public var waiting: Duration
    /// How long the worker has had it.
    public var working: Duration

    /// Makes it from its parts.
    package init(worker: String, waiting: Duration, working: Duration) {
        self.worker = worker
        self.waiting = waiting
        self.working = working
    }
}

/// Takes requests from any thread and sees to it that each is answered through the `ReplySink` of its loop.
package protocol RequestDispatcher: Sendable {
    /// Hands requests over. Never blocks.
    func submit(_ requests: [GatewayRequest])
    /// Says that nobody waits for the answer any more. No further event comes for the request, except those that
    /// were already on their way. Never blocks.
    func cancel(_ id: RequestID)
    /// Says that the client has taken further bytes of a streamed reply, so that its worker may send as many. Never
    /// blocks.
    func consumed(_ id: RequestID, bytes: Int)
    /// Hands over what the client of a WebSocket sent; nothing follows `close`, and no further event comes for it. Never
    /// blocks.
    func send(_ kind: WebSocketMessageKind, _ data: Frame, for id: RequestID)
}

/// Receives the events of one event loop's requests, in batches, on the broker's thread. Never blocks.
package protocol ReplySink: Sendable {
    /// Takes a batch over; events of one request come in order.
    func deliver(_ events: consuming [(RequestID, ReplyEvent)])
}
