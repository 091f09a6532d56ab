import PublishSubscribe
import SwiftZMQ
import Testing

/// The forwarder that remembers, between sockets of one process.
@Suite(.timeLimit(.minutes(5))) struct LastValueForwarderTests {
    private let context: Context
    private let upstream: String
    private let downstream: String
    private let forwarder: LastValueForwarder
    private let capture: Subscriber

    init() throws {
        context = try Context()
        // No queue is ever full here, so that nothing may be missing.
        let publishers = try XSubscriber(context) {
            $0.receiveHighWaterMark = nil
            $0.linger = .zero
        }
        upstream = try publishers.bind("tcp://127.0.0.1:*")
        let subscribers = try Stream(context) {
            $0.sendHighWaterMark = nil
            $0.linger = .zero
        }
        downstream = try subscribers.bind("tcp://127.0.0.1:*")
        let copies = try Publisher(context) { $0.linger = .zero }
        capture = try Subscriber(context, topics: [""]) { $0.linger = .zero }
        try capture.connect(copies.bind("tcp://127.0.0.1:*"))
        forwarder = LastValueForwarder(
            from: publishers, to: subscribers, capture: copies, cache: LastValueCache(capacity: 100))
    }

    /// Runs a body while the forwarder forwards, with a publisher that the forwarder has subscribed to.
    private func forwarding(_ body: (XPublisher) async throws -> Void) async throws {
        let running = Task { [forwarder] in try await forwarder.run() }
        let publisher = try XPublisher(context) {
            $0.sendHighWaterMark = nil
            $0.linger = .zero
        }
        try publisher.connect(upstream)
        // What the forwarder says of its audience may come before it.
        while try await publisher.receive() != [Frame([1])] {}
        try await body(publisher)
        await context.shutdown()
        try await running.value
    }

    private func subscriber(to topics: String...) throws -> Subscriber {
        let subscriber = try Subscriber(context, topics: topics) {
            $0.receiveHighWaterMark = nil
            $0.linger = .zero
        }
        try subscriber.connect(downstream)
        return subscriber
    }

    private func receive(_ count: Int, _ subscriber: Subscriber) async throws -> [String] {
        var texts: [String] = []
        for _ in 0..<count { texts.append(String(try await subscriber.receive()[0])) }
        return texts
    }

    @Test func `Who comes late gets the last value of each topic, and nobody else does`() async throws {
        try await forwarding { publisher in
            let first = try subscriber(to: "")
            let other = try subscriber(to: "2")
            // Both have been admitted when each has what was sent after.
            for number in 0... {
                try await publisher.send("2 \(number)")
                if try await hasHeard(first), try await hasHeard(other) { break }
            }
            for text in ["1 a", "2 b", "3 c", "1 d", "2 last"] { try await publisher.send(Frame(text)) }
            #expect(try await lines(upTo: "2 last", first).suffix(5) == ["1 a", "2 b", "3 c", "1 d", "2 last"])

            let late = try subscriber(to: "")
            #expect(try await receive(3, late) == ["3 c", "1 d", "2 last"])
            let picky = try subscriber(to: "2", "3", "")
            #expect(Set(try await receive(3, picky)) == ["2 last", "3 c", "1 d"])

            try await publisher.send("2 end")
            // Nothing came in between: neither copies for those who had them, nor a second one for the late ones.
            #expect(try await receive(1, first) == ["2 end"])
            #expect(try await lines(upTo: "2 end", other).suffix(3) == ["2 b", "2 last", "2 end"])
            #expect(try await receive(1, late) == ["2 end"])
            #expect(try await receive(1, picky) == ["2 end"])
        }
    }

    @Test func `Who joins in mid-stream gets each topic from its last value on, without gap or repetition`()
        async throws
    {
        try await forwarding { publisher in
            let first = try subscriber(to: "")
            for number in 0... {
                try await publisher.send("x \(number)")
                if try await hasHeard(first) { break }
            }
            let stream = Task {
                // Until it is cancelled; so slow that no queue fills.
                for number in 0... {
                    for topic in ["a", "b", "c"] { try await publisher.send("\(topic) \(number)") }
                    if number % 10 == 0 { try await Task.sleep(for: .milliseconds(1)) }
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for joiner in 0..<40 {
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(Int.random(in: 0..<200)))
                        try await followTopics(try subscriber(to: joiner % 2 == 0 ? "" : "a"))
                    }
                }
                try await group.waitForAll()
            }
            stream.cancel()
            _ = await stream.result
        }
    }

    /// Receives for a while, and checks that the numbers of each topic follow one another.
    private func followTopics(_ subscriber: Subscriber) async throws {
        var last: [Substring: Int] = [:]
        for text in try await receive(600, subscriber) where !text.hasPrefix("x") {
            let words = text.split(separator: " ")
            let number = try #require(Int(words[1]))
            if let previous = last[words[0]] { #expect(number == previous + 1, "\(text) after \(previous)") }
            last[words[0]] = number
        }
        subscriber.close()
    }

    @Test func `A cache of many topics reaches a newcomer whole`() async throws {
        let context = try Context()
        let publishers = try XSubscriber(context) { $0.linger = .zero }
        let subscribers = try Stream(context) { $0.linger = .zero }
        let downstream = try subscribers.bind("tcp://127.0.0.1:*")
        var cache = LastValueCache(capacity: 20_000)
        for topic in 0..<20_000 { cache.store([Frame("\(topic) value")]) }
        let forwarder = LastValueForwarder(from: publishers, to: subscribers, cache: cache)
        let running = Task { try await forwarder.run() }
        let newcomer = try Subscriber(context, topics: [""]) {
            $0.receiveHighWaterMark = 100
            $0.linger = .zero
        }
        try newcomer.connect(downstream)
        for topic in 0..<20_000 { #expect(try await newcomer.receive() == [Frame("\(topic) value")]) }
        await context.shutdown()
        try await running.value
    }

    @Test func `Everything forwarded is captured, too`() async throws {
        try await forwarding { publisher in
            for number in 0... {
                try await publisher.send("\(number)")
                if try await hasHeard(capture) { break }
            }
            try await publisher.send(["two", "frames"])
            while try await capture.receive() != ["two", "frames"] {}
            #expect(await forwarder.counters.messages >= 2)
        }
    }

    private func hasHeard(_ subscriber: Subscriber) async throws -> Bool {
        do {
            _ = try await subscriber.receive(timeout: .milliseconds(20))
            return true
        } catch let error as ZMQError where error.code == .timedOut {
            return false
        }
    }

    private func lines(upTo last: String, _ subscriber: Subscriber) async throws -> [String] {
        var texts: [String] = []
        repeat { texts += try await receive(1, subscriber) } while texts.last != last
        return texts
    }
}
