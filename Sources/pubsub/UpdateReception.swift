import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// Which of the messages that a subscriber receives count, how many do, and what is to be said of them at the end.
struct UpdateReception {
    /// Why there are no more updates.
    enum Ending {
        case counted
        /// Nothing came for as long as was to be waited.
        case silence
        case cancelled
    }

    private let wire: WireFormat
    private let limit: Int
    private let timeout: Duration?
    private let exactTopics: Set<Frame>?
    private var report: FilterReport?

    /// The updates that counted.
    private(set) var count = 0

    /// - Parameters:
    ///   - filters: what was subscribed to, each of which is reported on; nil for no report.
    ///   - isExact: whether topics that only begin with a filter are left out.
    ///   - limit: how many updates are wanted; nil for all.
    ///   - timeout: how long the next one is waited for; nil for as long as it takes.
    init(wire: WireFormat, filters: [TopicFilter]?, isExact: Bool, limit: Int?, timeout: Duration?) {
        self.wire = wire
        self.limit = limit ?? .max
        self.timeout = timeout
        report = filters.map(FilterReport.init)
        exactTopics = isExact ? filters.map { Set($0.map(\.prefix)) } : nil
    }

    /// Whether as many came as were wanted.
    var isDone: Bool { count >= limit }

    /// How many more are wanted.
    var left: Int { max(limit - count, 0) }

    /// Takes a message into account; the update that it is, or nil for one of another topic.
    @inline(__always)
    mutating func accept(_ message: consuming Message) -> Update? {
        let update = Update(message, format: wire)
        if let exactTopics, !exactTopics.contains(update.topic) { return nil }
        count += 1
        report?.record(update)
        return update
    }

    /// Waits for the next update; nil when none came in time.
    mutating func next(from socket: Subscriber) async throws -> Update? {
        guard let timeout else {
            while true {
                if let update = accept(try await socket.receive()) { return update }
            }
        }
        let deadline = ContinuousClock.now + timeout
        do {
            while true {
                if let update = accept(try await socket.receive(timeout: max(deadline - .now, .zero))) { return update }
            }
        } catch let error as ZMQError where error.code == .timedOut {
            return nil
        }
    }

    /// The averages of the filters.
    var averages: [String] { report?.averages ?? [] }

    /// Says everything where it is not among the results.
    func sayReport() {
        for line in averages { StandardStreams.printErrorLine(line) }
        saySurprises()
    }

    /// Says what newcomers do not expect.
    func saySurprises() {
        for line in report?.surprises ?? [] { Notice.say(line) }
    }
}
