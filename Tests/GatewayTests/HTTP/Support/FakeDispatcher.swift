import Gateway
import NIOConcurrencyHelpers
import SwiftZMQ
import WorkerProtocol

/// Stands in for the broker: notes what is submitted and cancelled, and answers as a test says.
final class FakeDispatcher: RequestDispatcher {
    private let sinks = NIOLockedValueBox<[any ReplySink]>([])
    private let automatic: (@Sendable (GatewayRequest, FakeDispatcher) -> Void)?
    private let submitted = Arrivals<GatewayRequest>()
    private let cancelled = Arrivals<RequestID>()
    private let sent = Arrivals<(RequestID, WebSocketMessageKind, Frame)>()
    private let taken = NIOLockedValueBox<[RequestID: Int]>([:])

    /// - Parameter automatic: called for each request; nil where the test takes the requests itself.
    init(_ automatic: (@Sendable (GatewayRequest, FakeDispatcher) -> Void)? = nil) {
        self.automatic = automatic
    }

    /// Answers each request with a text, at once.
    static func answering(_ text: String = "hello") -> FakeDispatcher {
        FakeDispatcher { request, dispatcher in dispatcher.reply(to: request, text) }
    }

    /// Sends each request back: the head as the body.
    static func echoing() -> FakeDispatcher {
        FakeDispatcher { request, dispatcher in
            dispatcher.send(
                .reply(ReplyHead(status: 200), body: Frame([UInt8](request.head) + [UInt8](request.body))),
                for: request)
        }
    }

    func attach(_ sinks: [any ReplySink]) {
        self.sinks.withLockedValue { $0 = sinks }
    }

    func submit(_ requests: [GatewayRequest]) {
        for request in requests {
            submitted.add(request)
            automatic?(request, self)
        }
    }

    func cancel(_ id: RequestID) {
        cancelled.add(id)
    }

    func consumed(_ id: RequestID, bytes: Int) {
        taken.withLockedValue { $0[id, default: 0] += bytes }
    }

    func send(_ kind: WebSocketMessageKind, _ data: Frame, for id: RequestID) {
        sent.add((id, kind, data))
    }

    /// The next message of a WebSocket's client.
    func message() async -> (RequestID, WebSocketMessageKind, Frame) { await sent.next() }

    /// The bytes of a streamed response that the client is said to have taken.
    func takenBytes(of request: GatewayRequest) -> Int { taken.withLockedValue { $0[request.id] ?? 0 } }

    func send(_ events: ReplyEvent..., for request: GatewayRequest) {
        let sink = sinks.withLockedValue { $0[Int(request.id.loop)] }
        sink.deliver(events.map { (request.id, $0) })
    }

    func reply(to request: GatewayRequest, _ text: String) {
        send(.reply(.plainText, body: Frame(text)), for: request)
    }

    /// The next request.
    func request() async -> GatewayRequest { await submitted.next() }

    /// The next cancelled request.
    func cancellation() async -> RequestID { await cancelled.next() }

    var submittedCount: Int { submitted.total }
    var cancelledCount: Int { cancelled.total }
}

extension GatewayRequest {
    /// The head as text, and as its fields.
    var headText: String { String(head) }

    func values(of name: String) -> [String] {
        ((try? RequestHead(reading: head))?.fields ?? []).filter { $0.name == name }.map(\.value)
    }
}
