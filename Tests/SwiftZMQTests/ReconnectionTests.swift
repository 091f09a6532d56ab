import Foundation
import SwiftZMQ
import Testing

/// Connections that are lost and come back, and messages meanwhile.
@Suite(.timeLimit(.minutes(5))) struct ReconnectionTests {
    @Test func `A connection is made once somebody binds over TCP`() async throws {
        let context = try Context()
        // An address that was just given free, so that nobody is there at first.
        let early = try Pull(context)
        let endpoint = try early.bind("tcp://127.0.0.1:*")
        try early.unbind(endpoint)
        early.close()
        let push = try Push(context) {
            $0.linger = .zero
            $0.reconnectInterval = .milliseconds(10)
        }
        try push.connect(endpoint)
        for number in 0..<3 { try await push.send("\(number)") }
        let pull = try Pull(context)
        #expect(try await eventually { (try? pull.bind(endpoint)) != nil })
        for number in 0..<3 { #expect(try await pull.receive(timeout: .seconds(20)) == ["\(number)"]) }
    }

    @Test(arguments: [Transport.tcp, .ipc], [nil, Duration.milliseconds(10)])
    func `A lost connection is not made again where that is switched off`(
        transport: Transport, interval: Duration?
    ) async throws {
        let context = try Context()
        let bound = try Pair(context)
        // Not a wildcard of ipc, whose folder goes with it.
        let path = FileManager.default.temporaryDirectory.appending(path: "lost-\(UInt32.random(in: 0 ... .max))")
        let endpoint = try bound.bind(transport == .ipc ? "ipc://\(path.path())" : transport.freshEndpoint())
        let connecting = try Pair(context) {
            $0.reconnectInterval = interval
            $0.linger = .zero
        }
        try connecting.connect(endpoint)
        try await connecting.send("first")
        #expect(try await bound.receive() == ["first"])

        var events = connecting.events.makeAsyncIterator()
        try bound.unbind(endpoint)
        bound.close()
        while let event = await events.next(), event.kind != .disconnected {}
        let other = try Pair(context) { $0.linger = .zero }
        let returns = other.events
        #expect(try await eventually { (try? other.bind(endpoint)) != nil })
        if interval == nil {
            // Somebody else is let in, and nobody was before.
            let newcomer = try Pair(context) { $0.linger = .zero }
            try newcomer.connect(endpoint)
            try await newcomer.send("newcomer")
            #expect(try await other.receive(timeout: .seconds(20)) == ["newcomer"])
        } else {
            #expect(await returns.contains { $0.kind == .handshakeSucceeded })
            try await connecting.send("back")
            #expect(try await other.receive(timeout: .seconds(20)) == ["back"])
        }
    }

    @Test(arguments: [false, true])
    func `Without immediate half of the messages wait for who is not there`(immediate: Bool) async throws {
        let context = try Context()
        let pull = try Pull(context)
        let push = try Push(context) {
            $0.isImmediate = immediate
            $0.linger = .zero
        }
        // Port 1 is nobody's.
        try push.connect("tcp://127.0.0.1:1")
        try await push.connectAndWait(pull.bind("tcp://127.0.0.1:*"), timeout: .seconds(20))
        for number in 0..<10 { try await push.send("\(number)") }
        for _ in 0..<(immediate ? 10 : 5) { _ = try await pull.receive(timeout: .seconds(20)) }
        #expect(await code { try await pull.receive(timeout: .milliseconds(100)) } == .timedOut)
    }

    @Test func `With immediate nothing is queued for a peer that is gone`() async throws {
        let context = try Context()
        func bind(_ endpoint: String) async throws -> Dealer {
            let dealer = try Dealer(context) { $0.linger = .zero }
            #expect(try await eventually { (try? dealer.bind(endpoint)) != nil })
            return dealer
        }
        let first = try await bind("tcp://127.0.0.1:*")
        let endpoint = try first.lastEndpoint
        let dealer = try Dealer(context) {
            $0.isImmediate = true
            $0.reconnectInterval = .milliseconds(10)
            $0.linger = .zero
        }
        try dealer.connect(endpoint)
        try await first.send("hello")
        #expect(try await dealer.receive() == ["hello"])
        #expect(try dealer.trySend("hello"))
        first.close()
        #expect(try await eventually { try !dealer.trySend("nobody is there") })

        let second = try await bind(endpoint)
        try await second.send("hello again")
        #expect(try await dealer.receive(timeout: .seconds(20)) == ["hello again"])
        #expect(try await eventually { try dealer.trySend("back") })
        #expect(try await second.receive(timeout: .seconds(20)) == ["back"])
    }

    @Test func `A router reaches peers that come and go under one name`() async throws {
        let router = try Router(Context()) {
            $0.isMandatory = true
            $0.linger = .zero
        }
        let endpoint = try router.bind("tcp://127.0.0.1:*")
        let context = try Context()
        for round in 0..<30 {
            let dealer = try Dealer(context) {
                $0.routingID = "\(round)"
                $0.linger = .zero
            }
            try dealer.connect(endpoint)
            // Unknown until its connection is made.
            let isSent = try await eventually {
                await code { try await router.send(["\(round)", "hello"]) } == nil
            }
            #expect(isSent)
            #expect(try await dealer.receive(timeout: .seconds(20)) == ["hello"])
            dealer.close()
        }
    }

    @Test func `A shutdown in the midst of connecting ends`() async throws {
        for _ in 0..<10 {
            let context = try Context()
            let publisher = try Publisher(context)
            let endpoint = try publisher.bind("tcp://127.0.0.1:*")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let subscriber = try Subscriber(context)
                        try subscriber.connect(endpoint)
                        subscriber.close()
                    }
                }
                try await group.waitForAll()
            }
            await context.shutdown()
        }
    }

    @Test func `A receiver that waits gets what comes later`() async throws {
        let context = try Context()
        let (pull, pair, push) = (try Pull(context), try Pair(context), try Push(context))
        let pulled = Task { try await pull.receive() }
        let paired = Task { try await pair.receive() }
        let pushed = Task { try await push.send("waits for a peer") }
        try await letOthersWait()
        let other = try Pair(context)
        try other.connect(pair.bind("tcp://127.0.0.1:*"))
        try push.connect(pull.bind("tcp://127.0.0.1:*"))
        try await other.send("later")
        #expect(try await pulled.value == ["waits for a peer"])
        #expect(try await paired.value == ["later"])
        try await pushed.value
    }
}
