import SystemSupport

/// When to say that an endpoint cannot be reached: after a few seconds, and then at ever longer intervals. Time is passed in.
public struct ConnectionWatch: Sendable {
    /// A moment, passed in by whoever has a clock.
    public typealias Instant = ContinuousClock.Instant

    /// What happened to the connection to an endpoint.
    public enum Change: Hashable, Sendable {
        /// There is a connection, and the two ends have yet to agree.
        case connected
        /// The two ends have agreed: messages can flow.
        case agreed
        /// There is no connection any more, or it could not be made.
        case lost
        /// The two ends have not agreed, for a reason.
        case refused(String)
        /// The other end has broken off, and what it says of that is all that is known, unless a reason came before.
        case brokenOff(String)
    }

    /// What is to be said of an endpoint.
    public enum Note: Hashable, Sendable {
        /// There has been no connection for so long; why, if an end has said it.
        case unreachable(String, for: Duration, reason: String?)
        /// There is a connection after it had been said that there is none.
        case reached(String)
    }

    private struct Endpoint: Sendable {
        let name: String
        /// Since when messages have not been able to flow; nil while they can.
        var since: Instant?
        var connected: Instant?
        var reason: String?
        var next: Instant
        var interval: GrowingInterval
        var hasBeenSaid = false
    }

    /// How long a connection without an agreement must last to count as one: peers of old versions never say that they
    /// agree.
    private static let settled: Duration = .seconds(5)
    private static let longest: Duration = .seconds(600)

    private var endpoints: [Endpoint]

    /// Endpoints to none of which there is a connection.
    ///
    /// - Parameters:
    ///   - endpoints: as they were named on the command line.
    ///   - now: the present moment.
    ///   - first: how long to wait before something is said. Default 5 s.
    public init(_ endpoints: [String], at now: Instant, first: Duration = .seconds(5)) {
        var interval = GrowingInterval(from: first, upTo: Self.longest)
        let next = now + interval.next()
        self.endpoints = endpoints.map { Endpoint(name: $0, since: now, next: next, interval: interval) }
    }

    /// Takes a change into account; what is to be said of it.
    public mutating func record(_ change: Change, of name: String, at now: Instant) -> Note? {
        guard let index = endpoints.firstIndex(where: { $0.name == name }) else { return nil }
        switch change {
        case .connected:
            endpoints[index].connected = now
            return nil
        case .agreed: return reach(index)
        case .lost: lose(index, at: now)
        case .refused(let reason):
            lose(index, at: now)
            endpoints[index].reason = reason
        case .brokenOff(let reason):
            lose(index, at: now)
            if endpoints[index].reason == nil { endpoints[index].reason = reason }
        }
        return nil
    }

    /// What is to be said by now, each thing once.
    public mutating func due(at now: Instant) -> [Note] {
        endpoints.indices.compactMap { index in
            guard let since = endpoints[index].since else { return nil }
            if let connected = endpoints[index].connected {
                return now - connected >= Self.settled ? reach(index) : nil
            }
            guard now >= endpoints[index].next else { return nil }
            endpoints[index].hasBeenSaid = true
            endpoints[index].next = now + endpoints[index].interval.next()
            return .unreachable(endpoints[index].name, for: now - since, reason: endpoints[index].reason)
        }
    }

    private mutating func reach(_ index: Int) -> Note? {
        defer {
            endpoints[index].since = nil
            endpoints[index].reason = nil
            endpoints[index].hasBeenSaid = false
        }
        return endpoints[index].hasBeenSaid ? .reached(endpoints[index].name) : nil
    }

    private mutating func lose(_ index: Int, at now: Instant) {
        endpoints[index].connected = nil
        guard endpoints[index].since == nil else { return }
        endpoints[index].since = now
        endpoints[index].interval.reset()
        endpoints[index].next = now + endpoints[index].interval.next()
    }
}
