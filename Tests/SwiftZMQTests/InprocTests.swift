import SwiftZMQ
import Testing

/// Sockets of one context that meet under a name, whoever comes first.
@Suite(.timeLimit(.minutes(5))) struct InprocTests {
    @Test(arguments: [true, false])
    func `It does not matter who comes first`(bindsFirst: Bool) async throws {
        let context = try Context()
        let (one, other) = (try Pair(context), try Pair(context))
        if bindsFirst { try one.bind("inproc://order") }
        try other.connect("inproc://order")
        try await other.send("before or after")
        if !bindsFirst { try one.bind("inproc://order") }
        #expect(try await one.receive() == ["before or after"])
        try await one.send("back")
        #expect(try await other.receive() == ["back"])
    }

    @Test func `A publisher that connects first reaches the subscriber that binds later`() async throws {
        let context = try Context()
        let publisher = try XPublisher(context)
        try publisher.connect("inproc://early")
        try await publisher.send("before")
        let subscriber = try Subscriber(context, topics: [""])
        try subscriber.bind("inproc://early")
        try await publisher.waitForSubscriptions(timeout: .seconds(20))
        try await publisher.send("after")
        // What was published before anybody had subscribed is gone.
        #expect(try await subscriber.receive() == ["after"])
        #expect(try subscriber.tryReceive() == nil)
    }

    @Test func `Connecting where nobody ever binds harms nobody`() async throws {
        let context = try Context()
        for number in 0..<20 {
            let router = try Router(context)
            try router.connect("inproc://nobody \(number)")
            router.close()
        }
        let push = try Push(context) { $0.linger = .zero }
        try push.connect("inproc://nobody")
        try await push.send("waits in vain")
        await context.shutdown()
    }

    @Test func `Many sockets wait for the one that binds`() async throws {
        let context = try Context()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<30 {
                group.addTask {
                    let push = try Push(context)
                    try push.connect("inproc://sink")
                    try await push.send("\(number)")
                }
            }
            let pull = try Pull(context)
            try pull.bind("inproc://sink")
            var received: Set<Message> = []
            for _ in 0..<30 { received.insert(try await pull.receive()) }
            #expect(received.count == 30)
            try await group.waitForAll()
        }
    }

    @Test func `Binding and connecting at the same time meet`() async throws {
        let context = try Context()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let pair = try Pair(context)
                    try pair.connect("inproc://meet \(number)")
                    #expect(try await pair.receive() == ["\(number)"])
                }
                group.addTask {
                    let pair = try Pair(context)
                    try pair.bind("inproc://meet \(number)")
                    try await pair.send("\(number)")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `A routing id comes through to who binds later`() async throws {
        let context = try Context()
        let dealer = try Dealer(context) { $0.routingID = "early" }
        try dealer.connect("inproc://named")
        let router = try Router(context)
        try router.bind("inproc://named")
        try await dealer.send("hello")
        #expect(try await router.receive() == ["early", "hello"])
        try await router.send(["early", "hello back"])
        #expect(try await dealer.receive() == ["hello back"])
    }

    @Test func `A name that was unbound is another's`() async throws {
        let context = try Context()
        let first = try Pair(context)
        try first.bind("inproc://free")
        let second = try Pair(context)
        #expect(code { try second.bind("inproc://free") } == .addressInUse)
        try first.unbind("inproc://free")
        #expect(code { try first.unbind("inproc://free") } == .notFound)
        try second.bind("inproc://free")
        let connecting = try Pair(context)
        try connecting.connect("inproc://free")
        try await connecting.send("to the second")
        #expect(try await second.receive() == ["to the second"])
    }

    @Test func `A shutdown ends connections that wait`() async throws {
        let context = try Context()
        let pair = try Pair(context)
        try pair.connect("inproc://pending")
        await context.shutdown()
        #expect(code { try pair.trySend("late") } == .terminated)
    }

    @Test func `A disconnected subscriber is unsubscribed, and comes back`() async throws {
        let context = try Context()
        let publisher = try XPublisher(context)
        try publisher.bind("inproc://news")
        let subscriber = try Subscriber(context, topics: ["news"])
        for round in 0..<3 {
            try subscriber.connect("inproc://news")
            #expect(try await publisher.receive() == ["\u{1}news"])
            try await publisher.send("news \(round)")
            #expect(try await subscriber.receive() == ["news \(round)"])
            try subscriber.disconnect("inproc://news")
            // Over inproc both ends have to be used for one of them to learn that the other has left.
            var notice: Message?
            let hasEnded = try await eventually {
                #expect(try subscriber.tryReceive() == nil)
                notice = try publisher.tryReceive()
                return notice != nil
            }
            #expect(hasEnded && notice == ["\u{0}news"])
            try await publisher.send("news for nobody")
        }
        #expect(try subscriber.tryReceive() == nil)
    }
}
