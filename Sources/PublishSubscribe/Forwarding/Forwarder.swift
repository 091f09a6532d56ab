public import SwiftZMQ

/// Many publishers, many subscribers: what comes from the ones goes to the others that asked for it.
///
/// Publishers and subscribers know the forwarder alone, so that any number of either may come and go. Without a cache
/// it asks the publishers only for what its subscribers want. With one it asks for everything, remembers the last
/// message of each topic, and sends it to whoever subscribes, who so need not wait for the next.
public actor Forwarder {
    /// What a forwarder has done.
    public struct Counters: Sendable {
        /// The messages forwarded.
        public var messages = 0
        /// Their bytes.
        public var bytes = 0
        /// The subscriptions that have come.
        public var subscriptions = 0
        /// The remembered messages sent to subscribers that came late.
        public var replayed = 0
    }

    /// What has been done so far.
    public private(set) var counters = Counters()

    private let publishers: XSubscriber
    private let subscribers: XPublisher
    private let capture: Publisher?
    private let waitsForSlowSubscribers: Bool
    private var cache: LastValueCache?
    private var ledger = AdmissionLedger()

    /// Makes a forwarder of sockets that are bound or connected already.
    ///
    /// - Parameters:
    ///   - publishers: where messages come from.
    ///   - subscribers: where they go to. Its option `manual` must be on if there is a cache; `noDrop` must be what
    ///     `waitsForSlowSubscribers` is.
    ///   - capture: gets a copy of everything that is forwarded.
    ///   - cache: remembers last messages.
    ///   - waitsForSlowSubscribers: whether one that cannot keep up holds everybody back, rather than missing messages.
    ///     Not together with a cache, whose messages must overtake those that wait.
    public init(
        from publishers: XSubscriber, to subscribers: XPublisher, capture: Publisher? = nil,
        cache: LastValueCache? = nil, waitsForSlowSubscribers: Bool = false
    ) {
        precondition(cache == nil || !waitsForSlowSubscribers, "a forwarder with a cache waits for nobody")
        self.publishers = publishers
        self.subscribers = subscribers
        self.capture = capture
        self.cache = cache
        self.waitsForSlowSubscribers = waitsForSlowSubscribers
    }

    /// Forwards until its task is cancelled or the sockets are closed.
    public func run() async throws {
        if cache != nil { try await publishers.send(Self.subscription(to: Message())) }
        while true {
            try Task.checkCancellation()
            try serveSubscribers()
            if try await forwardMessages() { await Task.yield() } else { try await waitForArrival() }
        }
    }

    private static func subscription(to prefix: Message) -> Message { Message([1] + [UInt8](prefix)) }
}

// MARK: - Messages, on their way down

extension Forwarder {
    /// How many messages are forwarded before subscribers are looked at again.
    private static let longestStreak = 256

    /// Forwards what is there; whether that was anything.
    private func forwardMessages() async throws -> Bool {
        for count in 0..<Self.longestStreak {
            guard let message = try publishers.tryReceive() else { return count > 0 }
            try await forward(message)
        }
        return true
    }

    private func forward(_ message: Multipart) async throws {
        if waitsForSlowSubscribers {
            try await subscribers.send(message)
        } else {
            // A publishing socket that may drop always has room.
            _ = try subscribers.trySend(message)
            if ledger.hasDoubts, ledger.doubts(message[0]) { try sendToTheUnadmitted([message]) }
        }
        cache?.store(message)
        _ = try capture?.trySend(message)
        counters.messages += 1
        counters.bytes += message.reduce(0) { $0 + $1.count }
    }

    /// Sends to those subscribers alone who have not been admitted to anything that matches.
    private func sendToTheUnadmitted(_ messages: [Multipart]) throws {
        guard !messages.isEmpty else { return }
        try subscribers.set(\.invertsMatching, to: true)
        for message in messages { _ = try subscribers.trySend(message) }
        try subscribers.set(\.invertsMatching, to: false)
    }
}

// MARK: - Subscriptions, on their way up

extension Forwarder {
    /// Serves the subscribers that have said something.
    private func serveSubscribers() throws {
        while let message = try subscribers.tryReceive() { try serve(message) }
        ledger.noteNoMore()
    }

    /// Serves the subscriber whose message was received last; nothing else must have been done to its socket since.
    private func serve(_ message: Multipart) throws {
        let notice = SubscriptionNotice(message)
        if case .subscribed = notice { counters.subscriptions += 1 }
        guard let cache else {
            // As it came, whatever it is: a subscriber may talk to its publishers in its own way, too.
            _ = try publishers.trySend(message)
            return
        }
        switch notice {
        case .subscribed(let prefix): try admit(to: prefix, with: cache.messages(matching: TopicFilter(prefix)))
        case .unsubscribed(let prefix):
            try subscribers.dismissLastSubscriber(from: prefix)
            ledger.noteEnd(of: prefix)
        case nil: break
        }
    }

    /// Sends the last messages to the new subscriber and to no other, and from then on everything to it as well.
    ///
    /// The new subscription has no effect until it is admitted. Until then, whoever wants a message and has had it is
    /// known by a subscription of its own; the newcomer is among those who have none that matches. A message sent to
    /// just those reaches the newcomer, unless another subscription of its own has brought it already, and besides some
    /// that never asked for it, whose own filters drop it. libzmq's own way (`ZMQ_XPUB_MANUAL_LAST_VALUE`) would take one
    /// message for each subscription, and so serve no prefix of several topics.
    private func admit(to prefix: Message, with messages: [Multipart]) throws {
        // Nothing here suspends: no message is forwarded between the last that is remembered and the first that is live.
        try sendToTheUnadmitted(messages)
        try subscribers.admitLastSubscriber(to: prefix)
        ledger.noteAdmission(to: prefix, afterSending: !messages.isEmpty)
        counters.replayed += messages.count
    }
}

// MARK: - Waiting for either

extension Forwarder {
    private enum Arrival: Sendable {
        case message(Multipart)
        case fromSubscriber(Multipart)
    }

    /// Waits until a publisher or a subscriber has something, and deals with it.
    ///
    /// The wait for the other has ended, too, before anything is done: then nobody but this task uses a socket between a
    /// subscription and its admission.
    private func waitForArrival() async throws {
        let arrivals = try await withThrowingTaskGroup(of: Arrival.self) { [publishers, subscribers] group in
            group.addTask { .message(try await publishers.receive()) }
            group.addTask { .fromSubscriber(try await subscribers.receive()) }
            var arrivals: [Arrival] = []
            do {
                while let arrival = try await group.next() {
                    arrivals.append(arrival)
                    group.cancelAll()
                }
            } catch is CancellationError where !arrivals.isEmpty {
                // The other wait, which took nothing.
            }
            return arrivals
        }
        for case .fromSubscriber(let message) in arrivals { try serve(message) }
        for case .message(let message) in arrivals { try await forward(message) }
    }
}
