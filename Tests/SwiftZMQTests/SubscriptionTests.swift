import SwiftZMQ
import Testing

/// Subscriptions as messages: between the ends, and through programs in between.
@Suite(.timeLimit(.minutes(5))) struct SubscriptionTests {
    @Test func `A manual publisher is told the end of what was asked, and of what a peer leaves behind`() async throws {
        let context = try Context()
        let publisher = try XPublisher(context) { $0.isManual = true }
        let endpoint = try publisher.bind("tcp://127.0.0.1:*")
        for round in 0..<2 {
            let subscriber = try XSubscriber(context) { $0.linger = .zero }
            try subscriber.connect(endpoint)
            // What is asked for is given under another name.
            for topic in ["A", "B"] as [Frame] {
                try subscriber.subscribe(to: topic)
                #expect(try await publisher.receive(timeout: .seconds(20)) == [Frame("\u{1}\(topic)")])
                try publisher.subscribePeer(to: "X\(topic)")
            }
            try subscriber.unsubscribe(from: "A")
            #expect(try await publisher.receive(timeout: .seconds(20)) == ["\u{0}A"])
            try publisher.unsubscribePeer(from: "XA")
            for text in ["A", "B", "XA", "XB \(round)"] as [Frame] { try await publisher.send(text) }
            #expect(try await subscriber.receive(timeout: .seconds(20)) == ["XB \(round)"])
            #expect(try subscriber.tryReceive() == nil)
            subscriber.close()
            // As it was asked, and not as it was given.
            #expect(try await publisher.receive(timeout: .seconds(20)) == ["\u{0}B"])
            // There is nobody any more whom this could concern.
            try publisher.unsubscribePeer(from: "XB")
        }
    }

    @Test func `A forwarder that confirms subscriptions loses none`() async throws {
        let context = try Context()
        let upstream = try XSubscriber(context) { $0.linger = .zero }
        let publisher = try XPublisher(context) { $0.linger = .zero }
        try publisher.connect(upstream.bind("tcp://127.0.0.1:*"))
        let downstream = try XPublisher(context) {
            $0.isManual = true
            $0.linger = .zero
        }
        let endpoint = try downstream.bind("tcp://127.0.0.1:*")
        /// Passes one notice on.
        func confirm() async throws -> SubscriptionNotice {
            let message = try await downstream.receive(timeout: .seconds(20))
            let notice = try #require(SubscriptionNotice(message))
            if notice.isSubscription {
                try downstream.subscribePeer(to: notice.prefix)
            } else {
                try downstream.unsubscribePeer(from: notice.prefix)
            }
            try await upstream.send(message)
            return notice
        }
        // In quick succession, two to one topic and one to another.
        let subscribers = try ["1", "2", "2"].map { topic in
            let subscriber = try Subscriber(context, topics: [topic]) { $0.linger = .zero }
            try subscriber.connect(endpoint)
            return subscriber
        }
        var notices: [SubscriptionNotice] = []
        for _ in subscribers { notices.append(try await confirm()) }
        #expect(notices.map(\.prefix).sorted { "\($0)" < "\($1)" } == ["1", "2", "2"])
        try await publisher.waitForSubscriptions(2, timeout: .seconds(20))
        for topic in ["1", "2"] as [Frame] {
            try await publisher.send([topic, "news"])
            try await downstream.send(upstream.receive(timeout: .seconds(20)))
        }
        for (topic, subscriber) in zip(["1", "2", "2"] as [Frame], subscribers) {
            #expect(try await subscriber.receive(timeout: .seconds(20)) == [topic, "news"])
        }
        // Those who leave are unsubscribed all the way up.
        for subscriber in subscribers { subscriber.close() }
        for _ in subscribers { #expect(try await !confirm().isSubscription) }
        var ended: Set<Message> = []
        while ended.count < 2 { ended.insert(try await publisher.receive(timeout: .seconds(20))) }
        #expect(ended == [["\u{0}1"], ["\u{0}2"]])
        try await publisher.send(["1", "nobody is left"])
        #expect(await code { try await upstream.receive(timeout: .milliseconds(50)) } == .timedOut)
    }

    @Test func `What a subscriber sends besides subscriptions arrives`() async throws {
        let pair = try Connected(over: .inproc, { try XPublisher($0) }, { try XSubscriber($0) })
        try await pair.connecting.send("\u{2}A message of its own")
        #expect(try await pair.bound.receive() == ["\u{2}A message of its own"])
        #expect(SubscriptionNotice(["\u{2}A message of its own"]) == nil)
        try await pair.connecting.send(["of", "several frames"])
        #expect(try await pair.bound.receive() == ["of", "several frames"])
    }

    @Test func `A forwarder made by hand passes subscriptions up and messages down`() async throws {
        let context = try Context()
        let (upstream, downstream) = (try XSubscriber(context), try XPublisher(context))
        let publisher = try XPublisher(context)
        try publisher.connect(upstream.bind("tcp://127.0.0.1:*"))
        let subscriber = try Subscriber(context, topics: ["news"])
        try subscriber.connect(downstream.bind("tcp://127.0.0.1:*"))
        let up = Task {
            for try await message in downstream.messages { try await upstream.send(message) }
        }
        let down = Task {
            for try await message in upstream.messages { try await downstream.send(message) }
        }
        try await publisher.waitForSubscriptions(timeout: .seconds(20))
        for number in 0..<10 {
            try await publisher.send(["weather", "not subscribed to"])
            try await publisher.send(["news", "\(number)"])
        }
        for number in 0..<10 { #expect(try await subscriber.receive(timeout: .seconds(20)) == ["news", "\(number)"]) }
        try subscriber.unsubscribe(from: "news")
        #expect(try await publisher.receive(timeout: .seconds(20)) == ["\u{0}news"])
        await context.shutdown()
        try await up.value
        try await down.value
    }

    @Test(arguments: Transport.allCases)
    func `A topic may be long`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try XPublisher($0) }, { try XSubscriber($0) })
        let topic = Frame([UInt8](repeating: 0x41, count: 10_000))
        try pair.connecting.subscribe(to: topic)
        let notice = try #require(SubscriptionNotice(try await pair.bound.receive()))
        #expect(notice == SubscriptionNotice(isSubscription: true, prefix: topic))
        try await pair.bound.send(Frame([UInt8](repeating: 0x41, count: 9_999)))
        try await pair.bound.send([topic, "news"])
        #expect(try await pair.connecting.receive() == [topic, "news"])
    }

    @Test func `A loop that is left can be begun anew, and misses nothing`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        for number in 0..<10 { try await pair.connecting.send("\(number)") }
        struct Enough: Error {}
        var texts: [String] = []
        // Left by a break, and by an error in its body.
        for try await message in pair.bound.messages {
            texts.append(String(message[0]))
            if texts.count == 4 { break }
        }
        await #expect(throws: Enough.self) {
            for try await message in pair.bound.messages {
                texts.append(String(message[0]))
                if texts.count == 7 { throw Enough() }
            }
        }
        for try await message in pair.bound.messages {
            texts.append(String(message[0]))
            if texts.count == 10 { break }
        }
        #expect(texts == (0..<10).map { "\($0)" })
    }

    @Test func `A loop over messages throws what is no end`() async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        try await pair.connecting.send("question")
        var questions = 0
        do {
            // It goes on without having answered.
            for try await _ in pair.bound.messages { questions += 1 }
            Issue.record("it ended without an error")
        } catch {
            #expect((error as? ZMQError)?.code == .wrongState)
        }
        #expect(questions == 1)
    }
}
