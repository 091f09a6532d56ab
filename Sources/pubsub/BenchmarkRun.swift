import CommandLineSupport
import EndpointSupport
import Glibc
import PublishSubscribe
import SwiftZMQ

/// A publisher and subscribers that measure how its messages reach them.
struct BenchmarkRun: Sendable {
    private let context: Context
    private let size: Int
    private let interval: Duration?
    private let subscribers: Int
    private let joining: Int
    /// What endpoints are secured by that are bound, and connections to them; nil for by nothing.
    private let bound, connected: SocketSecurity?

    init(
        _ context: Context, size: Int, interval: Duration?, subscribers: Int, joining: Int, security: CurveSettings
    ) throws {
        self.context = context
        self.size = size
        self.interval = interval
        self.subscribers = subscribers
        self.joining = joining
        bound = security.bound
        connected = try security.connected()
    }

    /// Publishes for a time to one's own subscribers and to those that join.
    func publish(for duration: Duration, bind endpoint: EndpointArgument, forwarder: Bool) async throws
        -> BenchmarkResult
    {
        // As fast as possible is as fast as it is taken.
        let waits = interval == nil
        let publisher = try XPublisher(context) {
            $0.prepare(for: [endpoint])
            $0.isVerboser = true
            $0.neverDrops = waits
            $0.sendHighWaterMark = 10_000
            $0.linger = .seconds(5)
            $0.secure(by: forwarder ? connected : bound)
        }
        return try await withThrowingTaskGroup(of: BenchmarkMeter?.self) { group in
            let reached: String
            if forwarder {
                let upstream = try XSubscriber(context) {
                    $0.prepare(for: [])
                    $0.secure(by: bound)
                }
                let downstream = try XPublisher(context) {
                    $0.prepare(for: [endpoint])
                    $0.neverDrops = waits
                    $0.isVerboser = true
                    $0.sendHighWaterMark = 10_000
                    $0.secure(by: bound)
                }
                try publisher.connect(upstream.bindUnlessTaken("tcp://127.0.0.1:*"))
                reached = try downstream.bindUnlessTaken(endpoint.text)
                let forwarder = Forwarder(from: upstream, to: downstream)
                group.addTask(executorPreference: .sockets) {
                    // Until the others are done, and it is cancelled.
                    try? await forwarder.run()
                    return nil
                }
            } else {
                reached = try publisher.bindUnlessTaken(endpoint.text)
            }
            if joining > 0 { Notice.say("waiting for \(Notice.count(joining, "subscriber")) to join at \(reached)") }
            // What is bound to every address is reached at this machine's own.
            let local = reached.replacing("tcp://0.0.0.0:", with: "tcp://127.0.0.1:")
            for _ in 0..<subscribers {
                let socket = try subscriber(of: local)
                group.addTask(executorPreference: .sockets) { try await measure(socket) }
            }
            for _ in 0..<subscribers + joining { _ = try await publisher.receive() }
            let sent = try await send(to: publisher, for: duration)
            let end = Ending(publisher, sent: sent, size: size)
            group.addTask(executorPreference: .sockets) {
                try await end.repeatUntilCancelled()
                return nil
            }
            var meters: [BenchmarkMeter] = []
            while meters.count < subscribers, let meter = try await group.next() {
                if let meter { meters.append(meter) }
            }
            // Those that join hear of the end, too.
            if joining > 0 { try await Task.sleep(for: .seconds(2)) }
            group.cancelAll()
            return BenchmarkResult(sent: sent, meters: meters)
        }
    }

    /// Measures what another publisher sends, until that says that it is done.
    func join(_ endpoint: EndpointArgument) async throws -> BenchmarkResult {
        try await withThrowingTaskGroup(of: BenchmarkMeter.self) { group in
            let sockets = try (0..<max(subscribers, 1)).map { _ in try subscriber(of: endpoint.text) }
            Notice.say("joined \(endpoint); waiting for its messages")
            for socket in sockets { group.addTask(executorPreference: .sockets) { try await measure(socket) } }
            let meters = try await group.reduce(into: []) { $0.append($1) }
            return BenchmarkResult(sent: meters.compactMap(\.sent).max() ?? 0, meters: meters)
        }
    }

    private func subscriber(of endpoint: String) throws -> Subscriber {
        let socket = try Subscriber(context, topics: [""]) {
            $0.prepare(for: [EndpointArgument(argument: endpoint)])
            $0.receiveHighWaterMark = 10_000
            $0.secure(by: connected)
        }
        try socket.connect(endpoint)
        return socket
    }

    /// The messages sent.
    private func send(to socket: XPublisher, for duration: Duration) async throws -> UInt64 {
        var message = BenchmarkMessage(size: size)
        var pacer = interval.map { Pacer(interval: $0) }
        let end = ContinuousClock.now + duration
        var sent: UInt64 = 0
        while true {
            try await pacer?.turn()
            if sent % 64 == 0 || pacer != nil {
                guard ContinuousClock.now < end else { return sent }
                try Task.checkCancellation()
            }
            let frame = message.frame(.update(number: sent, sent: Self.now))
            if try !socket.trySend(frame) { try await socket.send(frame) }
            sent += 1
        }
    }

    private func measure(_ socket: Subscriber) async throws -> BenchmarkMeter {
        var meter = BenchmarkMeter()
        while meter.sent == nil {
            Self.take(try await socket.receive(), &meter)
            var untilLook = 256
            while meter.sent == nil, untilLook > 0, let message = try socket.tryReceive() {
                Self.take(message, &meter)
                untilLook -= 1
            }
        }
        socket.close()
        return meter
    }

    private static func take(_ message: Message, _ meter: inout BenchmarkMeter) {
        guard let frame = message.first, let content = BenchmarkMessage.content(of: frame) else { return }
        meter.record(content, size: frame.count, at: now)
    }

    /// Nanoseconds since 1970.
    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Tells every subscriber that there are no more messages, again and again, as those that are behind miss one.
    private struct Ending: Sendable {
        private let socket: XPublisher
        private let frame: Frame

        init(_ socket: XPublisher, sent: UInt64, size: Int) {
            self.socket = socket
            var message = BenchmarkMessage(size: size)
            frame = message.frame(.end(sent: sent))
        }

        func repeatUntilCancelled() async throws {
            while !Task.isCancelled {
                // Those who leave are notices that are not read any more.
                _ = try socket.trySend(frame)
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
