import ProcessSupport
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

/// A broadcaster and the clients that read from it, driven by hand.
struct TopicBroadcasterScript {
    /// A client, as its connection knows it.
    struct Client {
        var stream = EventStreamReader()
        var hasBegun = false
        var hasEnded = false
        var failure: GatewayFailure?
        /// The bytes that came and were not taken yet.
        var untaken = 0
        /// What the client of a WebSocket was accepted with, and the bytes of frames that it has got.
        var accepted: ReplyHead?
        var frames: [UInt8] = []
    }

    var broadcaster: TopicBroadcaster
    var clients: [UInt64: Client] = [:]
    /// What is subscribed to at each publisher, in order.
    var subscribed: [String: [String]] = [:]
    /// The subscriptions and the ends of subscriptions, in order.
    var log: [String] = []
    var now = ContinuousClock.now
    let window: Int

    static let publisher = "tcp://a:1"
    static let firstID: UInt64 = 1000

    init(history: Int = 4, buffer: Int = 1 << 20, endpoints: [String] = [publisher], routes: [TopicRoute]? = nil) {
        let route = TopicRoute(label: "/r/", endpoints: endpoints, history: history)
        let configuration = TopicBroadcasterConfiguration(routes: routes ?? [route], readerBuffer: buffer)
        window = TopicBroadcasterConfiguration.window(ofBuffer: buffer)
        broadcaster = TopicBroadcaster(configuration, firstID: Self.firstID)
        for endpoint in broadcaster.upstreams.keys { broadcaster.connectionChanged(of: endpoint, isConnected: true) }
        // Whoever comes back says a number of a message that was given after the connection stood.
        settle()
    }

    mutating func open(
        _ number: UInt64, _ prefixes: [String] = [""], after position: TopicRequest.Position = .now,
        route: String = "/r/", kind: TopicReaderKind = .eventStream, isHead: Bool = false
    ) {
        clients[number] = Client()
        let request = TopicRequest(
            route: route, prefixes: prefixes.map { Array($0.utf8) }, position: position, kind: kind,
            isHead: isHead)
        broadcaster.open(RequestID(loop: 0, number: number), request, window: window, at: now)
        settle()
    }

    mutating func close(_ number: UInt64) {
        broadcaster.cancel(RequestID(loop: 0, number: number))
        settle()
    }

    mutating func publish(_ message: Message, from endpoint: String = publisher) {
        broadcaster.receive(message, from: endpoint)
        settle()
    }

    mutating func publish(_ texts: String..., from endpoint: String = publisher) {
        for text in texts { publish(Message(Frame(text)), from: endpoint) }
    }

    /// A client takes bytes; all there are without a number.
    mutating func take(_ number: UInt64, _ bytes: Int? = nil) {
        let taken = min(bytes ?? .max, clients[number]?.untaken ?? 0)
        clients[number]?.untaken -= taken
        broadcaster.consumed(RequestID(loop: 0, number: number), bytes: taken)
        settle()
    }

    mutating func pass(_ time: Duration) {
        now += time
        broadcaster.advance(to: now)
        settle()
    }

    /// Carries out what the broadcaster wants.
    mutating func settle() {
        broadcaster.flush()
        var effects: [TopicEffect] = []
        broadcaster.takeEffects(into: &effects)
        for effect in effects {
            switch effect {
            case .subscribe(let endpoint, let prefix):
                subscribed[endpoint, default: []].append(String(prefix))
                log.append("+\(prefix)")
            case .unsubscribe(let endpoint, let prefix):
                if let index = subscribed[endpoint]?.firstIndex(of: String(prefix)) {
                    subscribed[endpoint]?.remove(at: index)
                }
                log.append("-\(prefix)")
            case .emit(let id, let event): emit(id.number, event)
            }
        }
    }

    private mutating func emit(_ number: UInt64, _ event: ReplyEvent) {
        switch event {
        case .begin(_, let piece):
            clients[number]?.hasBegun = true
            receive(number, piece)
        case .piece(let piece): receive(number, piece)
        case .open(let head, _):
            clients[number]?.hasBegun = true
            clients[number]?.accepted = head
        case .end: clients[number]?.hasEnded = true
        case .failure(let failure): clients[number]?.failure = failure
        case .reply, .cut, .handled, .frames, .message, .granted, .paused, .closed:
            fatalError("a stream has no such event")
        }
    }

    private mutating func receive(_ number: UInt64, _ piece: Frame) {
        precondition(clients[number]?.hasBegun == true && clients[number]?.hasEnded == false)
        guard clients[number]?.accepted == nil else {
            clients[number]?.frames += [UInt8](piece)
            clients[number]?.untaken += piece.count
            return
        }
        clients[number]?.stream.receive(piece)
        clients[number]?.untaken += piece.count
        precondition(clients[number]?.untaken ?? 0 <= window, "more is on its way than may be")
    }

    /// The events that a client has got.
    func events(_ number: UInt64) -> [EventStreamReader.Event] { clients[number]?.stream.events ?? [] }

    /// The same in short: `topic data`.
    func texts(_ number: UInt64) -> [String] { events(number).map { "\($0.type) \($0.data)" } }

    /// The number of the last event that a client has got.
    func last(_ number: UInt64) -> TopicRequest.Position {
        .after(events(number).last.flatMap { UInt64($0.lastEventID) } ?? 0)
    }
}
