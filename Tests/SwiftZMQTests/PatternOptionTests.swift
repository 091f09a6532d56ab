import SwiftZMQ
import Testing

/// What a program notices of the options that one pattern has.
@Suite(.timeLimit(.minutes(5))) struct PatternOptionTests {
    /// Two subscribers begin and end a subscription to the same prefix.
    private func expectNotices(
        beginning: Int, ending: Int, _ configure: (inout SocketOptions<XPublisher>) throws -> Void
    ) async throws {
        let context = try Context()
        let publisher = try XPublisher(context, configure: configure)
        let endpoint = try publisher.bind("inproc://notices")
        let subscribers = try (0..<2).map { number in
            let subscriber = try Subscriber(context, topics: ["a", "begun \(number)"])
            try subscriber.connect(endpoint)
            return subscriber
        }
        var (begun, ended) = (0, 0)
        // What is subscribed to once is told whatever the options are.
        func receive(upTo prefixes: Set<Frame>) async throws {
            var missing = prefixes
            while !missing.isEmpty {
                let notice = try #require(SubscriptionNotice(try await publisher.receive()))
                switch (notice.prefix, notice.isSubscription) {
                case ("a", true): begun += 1
                case ("a", false): ended += 1
                default: missing.remove(notice.prefix)
                }
            }
        }
        try await receive(upTo: ["begun 0", "begun 1"])
        for (number, subscriber) in subscribers.enumerated() {
            try subscriber.unsubscribe(from: "a")
            try subscriber.subscribe(to: "ended \(number)")
        }
        try await receive(upTo: ["ended 0", "ended 1"])
        #expect(begun == beginning)
        #expect(ended == ending)
    }

    @Test func `A publisher tells the first subscription and the last end, or each subscription, or all`() async throws
    {
        try await expectNotices(beginning: 1, ending: 1) { _ in }
        try await expectNotices(beginning: 2, ending: 1) { $0.isVerbose = true }
        try await expectNotices(beginning: 2, ending: 2) { $0.isVerboser = true }
        // The later of the two holds.
        try await expectNotices(beginning: 2, ending: 1) {
            $0.isVerboser = true
            $0.isVerbose = true
        }
    }

    @Test func `A manual publisher gives its peer another prefix`() async throws {
        let pair = try Connected(
            over: .inproc, { try XPublisher($0) { $0.isManual = true } }, { try XSubscriber($0) })
        try await pair.connecting.send("\u{1}asked")
        #expect(try await pair.bound.receive() == ["\u{1}asked"])
        try await pair.bound.send("asked, and not given yet")
        try pair.bound.subscribePeer(to: "given")
        try await pair.bound.send("asked for in vain")
        try await pair.bound.send("given")
        #expect(try await pair.connecting.receive() == ["given"])
        try pair.bound.unsubscribePeer(from: "given")
        try pair.bound.subscribePeer(to: "other")
        try await pair.bound.send("given and taken")
        try await pair.bound.send("other")
        #expect(try await pair.connecting.receive() == ["other"])
    }

    @Test func `Only a manual publisher subscribes its peers`() throws {
        let publisher = try XPublisher(Context())
        #expect(code { try publisher.subscribePeer(to: "a") } == .invalidArgument)
        #expect(code { try publisher.unsubscribePeer(from: "a") } == .invalidArgument)
    }

    @Test func `A subscriber is welcomed`() async throws {
        let pair = try Connected(
            { try XPublisher($0) { $0.welcomeMessage = "welcome to the news" } },
            { try Subscriber($0, topics: ["welcome"]) })
        // The publisher welcomes newcomers when it looks at what they sent.
        #expect(try await pair.bound.receive() == ["\u{1}welcome"])
        #expect(try await pair.connecting.receive() == ["welcome to the news"])
        // Nobody is any more.
        try pair.bound.setOption(\.welcomeMessage, to: nil)
        let late = try Subscriber(pair.context, topics: ["welcome", "news"]) { $0.linger = .zero }
        try late.connect(pair.endpoint)
        #expect(try await pair.bound.receive() == ["\u{1}news"])
        try await pair.bound.send("news")
        #expect(try await late.receive() == ["news"])
    }

    @Test(arguments: [false, true])
    func `A publisher that drops nothing has no room when a subscriber is full`(noDrop: Bool) async throws {
        let pair = try Connected(
            over: .inproc,
            {
                try XPublisher($0) {
                    $0.neverDrops = noDrop
                    $0.sendHighWaterMark = 2
                }
            },
            { try Subscriber($0, topics: [""]) { $0.receiveHighWaterMark = 2 } })
        try await pair.bound.waitForSubscriptions(timeout: .seconds(20))
        var sent = 0
        while sent < 50, try pair.bound.trySend("\(sent)") { sent += 1 }
        #expect(sent == (noDrop ? 4 : 50))
    }

    @Test func `Inverted filters let through what does not match`() async throws {
        let pair = try Connected(
            { try XPublisher($0) { $0.invertsMatching = true } },
            { try Subscriber($0, topics: ["no"]) { $0.invertsMatching = true } })
        try await pair.bound.waitForSubscriptions(timeout: .seconds(20))
        try await pair.bound.send("nothing for it")
        try await pair.bound.send("yes")
        #expect(try await pair.connecting.receive() == ["yes"])
        #expect(try pair.connecting.option(\.invertsMatching))
    }

    @Test(arguments: [false, true])
    func `A second peer of the same name takes over, or is turned away`(handover: Bool) async throws {
        let context = try Context()
        let router = try Router(context) { $0.handsOver = handover }
        let endpoint = try router.bind("inproc://handover")
        let dealers = try (0..<2).map { _ in try Dealer(context) { $0.routingID = "same" } }
        try dealers[0].connect(endpoint)
        try await dealers[0].send("first")
        #expect(try await router.receive() == ["same", "first"])
        try dealers[1].connect(endpoint)
        try await dealers[1].send("second")
        if handover { #expect(try await router.receive() == ["same", "second"]) }
        // Looked at the newcomer in any case.
        #expect(try router.tryReceive() == nil)
        try await router.send(["same", "answer"])
        #expect(try await dealers[handover ? 1 : 0].receive() == ["answer"])
    }

    @Test(arguments: Transport.allCases)
    func `A router learns of a dealer that probes before it says anything`(transport: Transport) async throws {
        let context = try Context()
        let router = try Router(context)
        let endpoint = try router.bind(transport.freshEndpoint())
        let dealer = try Dealer(context) {
            $0.routingID = "prober"
            $0.probesRouter = true
        }
        try dealer.connect(endpoint)
        #expect(try await router.receive() == ["prober", ""])
        try await router.send(["prober", "welcome"])
        #expect(try await dealer.receive() == ["welcome"])
    }

    @Test func `A router names the peer that it connects to`() async throws {
        let context = try Context()
        let bound = try Router(context) { $0.linger = .zero }
        let endpoint = try bound.bind("tcp://127.0.0.1:*")
        let connecting = try Router(context) {
            $0.isMandatory = true
            $0.linger = .zero
        }
        try connecting.connect(endpoint, as: "the other")
        // At once, before the connection is made.
        try await connecting.send(["the other", "hello"])
        let message = try await bound.receive()
        #expect(message[1] == "hello")
        try await bound.send([message[0], "hello back"])
        #expect(try await connecting.receive() == ["the other", "hello back"])
        #expect(code { try connecting.connect(endpoint, as: "the other") } == .invalidArgument)
        #expect(code { try connecting.connect(endpoint, as: "") } == .invalidArgument)
        #expect(code { try connecting.connect(endpoint, as: "\u{0}x") } == .invalidArgument)
    }

    @Test func `A peer cannot be named where it has no name before it is connected`() throws {
        let router = try Router(Context()) { $0.isImmediate = true }
        #expect(code { try router.connect("tcp://127.0.0.1:1", as: "a") } == .unsupported)
    }

    @Test func `A subscriber without filters of its own asks and takes back`() async throws {
        let pair = try Connected({ try XPublisher($0) }, { try XSubscriber($0) })
        try pair.connecting.subscribe(to: "news")
        #expect(try await pair.bound.receive() == ["\u{1}news"])
        try pair.connecting.unsubscribe(from: "news")
        #expect(try await pair.bound.receive() == ["\u{0}news"])
    }

    @Test func `A stream without notices receives bytes alone`() async throws {
        let pair = try Connected({ try SwiftZMQ.Stream($0) { $0.notifies = false } }, { try SwiftZMQ.Stream($0) })
        let id = try await pair.connecting.receive()[0]
        try await pair.connecting.send([id, "raw bytes"])
        #expect(try await pair.bound.receive()[1] == "raw bytes")
    }

    @Test func `A raw router talks plain TCP`() async throws {
        let pair = try Connected({ try Router($0) { $0.isRaw = true } }, { try SwiftZMQ.Stream($0) })
        let id = try await pair.connecting.receive()[0]
        try await pair.connecting.send([id, "raw bytes"])
        var message = try await pair.bound.receive()
        // A new connection is told by an empty frame.
        if message[1].isEmpty { message = try await pair.bound.receive() }
        #expect(message[1] == "raw bytes")
    }
}
