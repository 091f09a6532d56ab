public import SwiftZMQ

/// A forwarder that remembers the last message of each topic, and sends it to whoever subscribes to it later, and to
/// nobody else, so that a late joiner need not wait for the next.
///
/// It asks the publishers for everything, as it cannot know what will be asked for. A slow subscriber misses messages.
public actor LastValueForwarder {
    /// What has been done so far.
    public var counters: ForwarderCounters {
        var counters = counted
        counters.sent = connections.sent
        counters.dropped = connections.dropped
        return counters
    }

    private var counted = ForwarderCounters()
    private let publishers: XSubscriber
    private let subscribers: Stream
    private let capture: Publisher?
    private var connections: SubscriberConnections
    private var cache: LastValueCache
    private var relay = AudienceRelay()

    /// Makes a forwarder of sockets that are bound or connected already.
    ///
    /// - Parameters:
    ///   - publishers: where messages come from.
    ///   - subscribers: where SUB and XSUB sockets connect to.
    ///   - capture: gets a copy of everything that is forwarded.
    ///   - cache: what is remembered.
    ///   - security: the keys by which subscribers are encrypted, and who of them is let in; nil, the default, for nothing
    ///     encrypted.
    public init(
        from publishers: XSubscriber, to subscribers: Stream, capture: Publisher? = nil, cache: LastValueCache,
        security: CurveServer? = nil
    ) {
        self.publishers = publishers
        self.subscribers = subscribers
        self.capture = capture
        self.cache = cache
        connections = SubscriberConnections(subscribers, security: security)
    }

    /// How long a subscriber's handshake may take, as with libzmq's own sockets.
    private static let handshakeInterval = Duration.seconds(30)

    /// Forwards until its task is cancelled or the sockets are closed.
    public func run() async throws {
        // Ends with the others.
        async let _: Void = closeUnfinished()
        for notice in relay.subscribe(to: Frame()) { try await publishers.send(notice.message) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.forwardMessages() }
            group.addTask { try await self.serveSubscribers() }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch let error as ZMQError where error.code == .closed || error.code == .terminated {
                // Closed between a receive and a send, which is the end as well.
            }
        }
    }

    private func closeUnfinished() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            connections.closeUnfinished(before: ContinuousClock.now - Self.handshakeInterval)
        }
    }

    private func forwardMessages() async throws {
        for try await message in publishers.messages {
            // Nothing here suspends: a newcomer is there either before the message or after it, when it is remembered.
            try connections.send(message)
            cache.store(message)
            _ = try capture?.trySend(message)
            counted.record(message)
        }
    }

    private func serveSubscribers() async throws {
        for try await message in subscribers.messages {
            for event in try connections.receive(message) {
                switch event {
                case .subscribed(let peer, let prefix):
                    counted.subscriptions += 1
                    // What another subscription of its own has brought it is not sent again.
                    let missed = cache.messages(matching: TopicFilter(prefix)).filter { !connections.wants(peer, $0) }
                    counted.replayed += try connections.send(missed, to: peer)
                    connections.admit(peer, to: prefix)
                    try tell(SubscriptionNotice(isSubscription: true, prefix: prefix))
                case .unsubscribed(let peer, let prefix):
                    guard connections.dismiss(peer, from: prefix) else { continue }
                    try tell(SubscriptionNotice(isSubscription: false, prefix: prefix))
                case .left(let prefixes):
                    for prefix in prefixes { try tell(SubscriptionNotice(isSubscription: false, prefix: prefix)) }
                }
            }
        }
    }

    /// Lets the publishers know of a subscriber, though they send everything in any case.
    private func tell(_ notice: SubscriptionNotice) throws {
        // There is always room: an XSUB socket has no high-water mark unless it is given one.
        for notice in relay.receive(notice) { _ = try publishers.trySend(notice.message) }
    }
}
