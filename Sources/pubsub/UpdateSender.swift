import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// Sends updates at a rate and keeps count of them and of who is there to get them.
struct UpdateSender {
    /// How often a fast sender looks for new subscriptions; each look costs as much as sending a message.
    private static let updatesBetweenLooks = 1024
    /// How many updates are sent at once, where they come so fast: the socket is locked once for all of them.
    private static let mostFramesAtOnce = 256

    private let socket: XPublisher
    private var pacer: Pacer?
    private let limit: Int
    private var audience: Audience
    private var untilLook = 0

    /// The updates sent.
    private(set) var sent = 0
    /// Those among them that were sent while nobody subscribed to anything.
    private(set) var unheard = 0

    /// - Parameter head: what every update begins with, if that is known: only subscriptions to it count then.
    init(_ socket: XPublisher, interval: Duration?, limit: Int?, head: Frame? = nil) {
        self.socket = socket
        audience = Audience(for: head)
        self.limit = limit ?? .max
        pacer = interval.map { Pacer(interval: $0) }
    }

    /// Whether as many were sent as there should be.
    var isDone: Bool { sent >= limit }

    /// Nobody subscribed in time.
    struct Unheard: Error, CustomStringConvertible {
        let description: String
    }

    /// Waits until so many subscriptions have come.
    ///
    /// - Parameter forwardersCount: whether a forwarder that remembers what is sent counts, though nobody is behind it.
    /// - Throws: ``Unheard`` when they have not within a time.
    mutating func waitForSubscriptions(
        _ number: Int, forwardersCount: Bool = false, within timeout: DurationArgument?
    ) async throws {
        let deadline = timeout.map { ContinuousClock.now + $0.duration }
        while (forwardersCount ? audience.arrivedAtAll : audience.arrived) < number {
            do {
                let left = deadline.map { max($0 - .now, .zero) }
                audience.record(try await socket.receive(timeout: left))
                // What a forwarder says of a subscription comes right behind it.
                while let notice = try socket.tryReceive() { audience.record(notice) }
            } catch let error as ZMQError where error.code == .timedOut {
                throw Unheard(
                    description: "\(audience.arrived) of \(Notice.count(number, "subscription")) came within "
                        + "\(timeout?.description ?? ""); nothing was published")
            }
        }
    }

    /// Sends an update when it is due, and when there is room for it.
    mutating func send(_ message: Message) async throws {
        if pacer != nil { try await pacer?.turn() }
        try look()
        if try !socket.trySend(message) {
            // A subscriber is at its high-water mark, and is waited for.
            try await socket.send(message)
        }
        noteSent()
    }

    /// How many updates may be sent at once: none where each has its own time.
    var framesAtOnce: Int { pacer == nil ? min(Self.mostFramesAtOnce, limit - sent) : 0 }

    /// Sends updates, waiting where there is no room for one.
    mutating func send(contentsOf frames: [Frame]) async throws {
        guard !frames.isEmpty else { return }
        if untilLook <= 0 { try look() }
        untilLook -= frames.count
        var taken = try socket.trySend(contentsOf: frames)
        noteSent(taken)
        while taken < frames.count {
            // A subscriber is at its high-water mark, and is waited for.
            try await socket.send(frames[taken])
            let more = try socket.trySend(contentsOf: frames[(taken + 1)...])
            taken += 1 + more
            noteSent(1 + more)
        }
    }

    private mutating func noteSent(_ count: Int = 1) {
        sent += count
        if audience.presentAtAll == 0 { unheard += count }
    }

    /// Looks who has come and who has gone.
    private mutating func look() throws {
        untilLook = Self.updatesBetweenLooks
        while let notice = try socket.tryReceive() { audience.record(notice) }
        try Task.checkCancellation()
    }

    /// What was done, in one line.
    var summary: String {
        let lost = unheard == 0 ? "" : ", \(unheard == sent ? "all" : "\(unheard)") of them while nobody subscribed"
        return "published \(Notice.count(sent, "update"))\(lost)"
    }
}
