public import SwiftZMQ

/// Many publishers, many subscribers: what comes from the ones goes to the others that asked for it.
///
/// Publishers and subscribers know the forwarder alone, so that any number of either may come and go. It asks the
/// publishers only for what its subscribers want.
public actor Forwarder {
    /// What has been done so far.
    public private(set) var counters = ForwarderCounters()

    private let publishers: XSubscriber
    private let subscribers: XPublisher
    private let capture: Publisher?
    private var relay = AudienceRelay()

    /// Makes a forwarder of sockets that are bound or connected already.
    ///
    /// - Parameters:
    ///   - publishers: where messages come from.
    ///   - subscribers: where they go to; its option `neverDrops` says whether a slow subscriber misses messages or holds
    ///     everybody back. With its option `isVerboser` the publishers learn of every subscriber, see ``Audience``; without
    ///     it of the first to each prefix.
    ///   - capture: gets a copy of everything that is forwarded.
    public init(from publishers: XSubscriber, to subscribers: XPublisher, capture: Publisher? = nil) {
        self.publishers = publishers
        self.subscribers = subscribers
        self.capture = capture
    }

    /// Forwards until its task is cancelled or the sockets are closed.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.forwardMessages() }
            group.addTask { try await self.forwardSubscriptions() }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch let error as ZMQError where error.code == .closed || error.code == .terminated {
                // Closed between a receive and a send, which is the end as well.
            }
        }
    }

    private func forwardMessages() async throws {
        for try await message in publishers.messages {
            if try !subscribers.trySend(message) { try await subscribers.send(message) }
            _ = try capture?.trySend(message)
            counters.record(message)
        }
    }

    private func forwardSubscriptions() async throws {
        for try await message in subscribers.messages {
            guard let notice = SubscriptionNotice(message) else {
                // As it came, whatever it is: a subscriber may talk to its publishers in its own way, too.
                _ = try publishers.trySend(message)
                continue
            }
            if notice.isSubscription { counters.subscriptions += 1 }
            // There is always room: an XSUB socket has no high-water mark unless it is given one.
            for notice in relay.receive(notice) { _ = try publishers.trySend(notice.message) }
        }
    }
}
