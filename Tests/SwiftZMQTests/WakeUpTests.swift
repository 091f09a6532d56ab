import Foundation
import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// A socket's descriptor says once that something has come, and every call on the socket takes that away. So each call has
/// to look after those who wait, whether it succeeds or throws.
///
/// Each test holds the executor, lets something come over `inproc`, where it is there when `send` returns, and makes the
/// call in question before the executor can look.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WakeUpTests {
    private static let held = Result { try HeldExecutor() }

    private let held: HeldExecutor
    private let context: Context

    init() throws {
        held = try Self.held.get()
        context = try Context(executor: held.executor)
    }

    /// libzmq passes over its mailbox on a send within some three million cycles after it has last looked into it.
    private func letMailboxCount() async throws {
        try await Task.sleep(for: .milliseconds(5))
    }

    private func router(_ configure: (inout SocketOptions<Router>) -> Void = { _ in }) throws -> (Router, String) {
        let router = try Router(context) {
            $0.isMandatory = true
            $0.linger = .zero
            $0.sendHighWaterMark = 1
            $0.receiveHighWaterMark = 1
            configure(&$0)
        }
        return (router, try router.bind(Transport.inproc.freshEndpoint()))
    }

    private func dealer(_ name: Frame, _ endpoint: String) throws -> Dealer {
        let dealer = try Dealer(context) {
            $0.routingID = name
            $0.linger = .zero
            $0.sendHighWaterMark = 1
            $0.receiveHighWaterMark = 1
        }
        try dealer.connect(endpoint)
        return dealer
    }

    // MARK: Calls beside one who waits for a message

    /// What is done beside one who waits, whether it succeeds or not.
    enum Call: String, CaseIterable, CustomTestStringConvertible {
        case disconnectFromNobody, unbindNothing, bindTwice, bindNowhere, connectNowhere, connect
        case setOption, setOptionToNonsense, getOption, getOptionThatIsNone, getReadiness, getLastEndpoint

        var testDescription: String { rawValue }

        static let makingNoRoom = allCases.filter { $0 != .connect }

        func make(on socket: some Socket, boundTo endpoint: String) {
            switch self {
            case .disconnectFromNobody: try? socket.disconnect("tcp://127.0.0.1:1")
            case .unbindNothing: try? socket.unbind("tcp://127.0.0.1:1")
            case .bindTwice: _ = try? socket.bind(endpoint)
            case .bindNowhere: _ = try? socket.bind("tcp://no-such-interface:1")
            case .connectNowhere: try? socket.connect("nothing://nowhere")
            case .connect: try? socket.connect(Transport.inproc.freshEndpoint())
            case .setOption: try? socket.setOption(17, to: Int32(0))  // ZMQ_LINGER
            case .setOptionToNonsense: try? socket.setOption(23, to: Int32(-1))  // ZMQ_SNDHWM
            case .getOption: _ = try? socket.option(17)
            case .getOptionThatIsNone: _ = try? socket.option(9999)
            case .getReadiness: _ = try? socket.option(15)  // ZMQ_EVENTS
            case .getLastEndpoint: _ = try? socket.lastEndpoint
            }
        }
    }

    @Test(arguments: Call.allCases)
    func `A call beside one who waits for a message leaves it its message`(call: Call) async throws {
        let pull = try Pull(context)
        let endpoint = try pull.bind(Transport.inproc.freshEndpoint())
        let push = try Push(context) { $0.linger = .zero }
        try push.connect(endpoint)
        for number in 0..<5 {
            let waiting = await held.start { try await pull.receive() }
            try await held.holding { () async throws in
                let isSent = try push.trySend("\(number)")
                #expect(isSent)
                call.make(on: pull, boundTo: endpoint)
            }
            #expect(try await value(of: waiting) == ["\(number)"])
        }
    }

    @Test(arguments: Call.makingNoRoom)
    func `A call beside one who waits for room leaves it its room`(call: Call) async throws {
        let push = try Push(context) {
            $0.linger = .zero
            $0.sendHighWaterMark = 1
        }
        let endpoint = try push.bind(Transport.inproc.freshEndpoint())
        let pull = try Pull(context) { $0.receiveHighWaterMark = 1 }
        try pull.connect(endpoint)
        while try push.trySend("fills") {}
        for _ in 0..<5 {
            let waiting = await held.start { try await push.send("fills") }
            try await held.holding { () async throws in
                let message = try pull.tryReceive()
                #expect(message != nil)
                call.make(on: push, boundTo: endpoint)
            }
            try await value(of: waiting)
        }
    }

    @Test(arguments: [false, true])
    func `A refused send of a mandatory ROUTER leaves a message to one who waits for it`(waits: Bool) async throws {
        let (router, endpoint) = try router()
        let client = try dealer("client", endpoint)
        for number in 0..<5 {
            let waiting = await held.start { try await router.receive() }
            try await held.holding { () async throws in
                let isSent = try client.trySend("\(number)")
                #expect(isSent)
                try await letMailboxCount()
                if waits {
                    #expect(await code { try await router.send(["gone", "x"]) } == .hostUnreachable)
                } else {
                    #expect(code { try router.trySend(["gone", "x"]) } == .hostUnreachable)
                }
            }
            #expect(try await value(of: waiting) == ["client", "\(number)"])
        }
    }

    @Test
    func `A refused send of a mandatory ROUTER leaves a message to a thread that waits for it`() async throws {
        let (router, endpoint) = try router()
        let client = try dealer("client", endpoint)
        for number in 0..<10 {
            let waiting = try await BlockedThread {
                // One that was not woken looks again when its time is over.
                let start = ContinuousClock.now
                return (try router.blocking.receive(timeout: .seconds(3)), ContinuousClock.now - start)
            }
            #expect(try client.trySend("\(number)"))
            #expect(code { try router.trySend(["gone", "x"]) } == .hostUnreachable)
            let (message, duration) = try await waiting.value
            #expect(message == ["client", "\(number)"])
            try #require(duration < .seconds(2))
        }
    }

    // MARK: Room for several

    @Test
    func `A ROUTER's send to one peer leaves room for another to one who waits for it`() async throws {
        let (router, endpoint) = try router()
        let (one, other) = (try dealer("one", endpoint), try dealer("other", endpoint))
        while try router.trySend(["other", "fills"]) {}
        for _ in 0..<5 {
            let waiting = await held.start { try await router.send(["other", "fills"]) }
            try await held.holding { () async throws in
                #expect(try other.tryReceive() != nil)
                try await letMailboxCount()
                #expect(try router.trySend(["one", "x"]))
            }
            try await value(of: waiting)
            #expect(try one.tryReceive() == ["x"])
        }
    }

    @Test
    func `Two who wait for two full peers of a ROUTER both get room`() async throws {
        let (router, endpoint) = try router()
        let peers = try ["one", "other"].map { try dealer($0, endpoint) }
        for name in ["one", "other"] as [Frame] { while try router.trySend([name, "fills"]) {} }
        for _ in 0..<5 {
            let first = await held.start { try await router.send(["one", "fills"]) }
            let second = await held.start { try await router.send(["other", "fills"]) }
            try await held.holding { () async throws in
                for peer in peers { #expect(try peer.tryReceive() != nil) }
                try await letMailboxCount()
                #expect(code { try router.trySend(["gone", "x"]) } == .hostUnreachable)
            }
            try await value(of: first)
            try await value(of: second)
        }
    }

    @Test func `Two who wait for the full peers of a DEALER both get room`() async throws {
        let dealer = try Dealer(context) {
            $0.linger = .zero
            $0.sendHighWaterMark = 1
        }
        let endpoint = try dealer.bind(Transport.inproc.freshEndpoint())
        let peers = try ["one", "other"].map { try self.dealer($0, endpoint) }
        while try dealer.trySend("fills") {}
        for _ in 0..<5 {
            let waiting = [
                await held.start { try await dealer.send("fills") },
                await held.start { try await dealer.send("fills") },
            ]
            try await held.holding { () async throws in
                for peer in peers { #expect(try peer.tryReceive() != nil) }
                try await letMailboxCount()
                #expect(try dealer.tryReceive() == nil)
                #expect(try !dealer.trySend("comes after those who wait") || peers.isEmpty)
            }
            for task in waiting { try await value(of: task) }
        }
    }

    @Test
    func `A send to a peer of a ROUTER does not overtake one who waits for the same peer`() async throws {
        let (router, endpoint) = try router()
        let peer = try dealer("peer", endpoint)
        while try router.trySend(["peer", "fills"]) {}
        let waiting = await held.start { try await router.send(["peer", "first"]) }
        try await held.holding { () async throws in
            #expect(try peer.tryReceive() == ["fills"])
            try await letMailboxCount()
            // There is room for one. Whoever came first has it, whether this serves it or leaves that to the executor.
            let isSent = try router.trySend(["peer", "second"])
            #expect(!isSent)
        }
        try await value(of: waiting)
        var rest: [Message] = []
        while let message = try peer.tryReceive() { rest.append(message) }
        #expect(rest.last == ["first"])
    }

    // MARK: Peers that die

    @Test(arguments: [false, true])
    func `A mandatory ROUTER that waits for a full peer which dies learns that it is gone`(blocks: Bool) async throws {
        let router = try Router(context) {
            $0.isMandatory = true
            $0.linger = .zero
            $0.sendHighWaterMark = 1
        }
        let endpoint = try router.bind("tcp://127.0.0.1:*")
        let peer = try await RunningProgram.python([
            "-c",
            """
            import sys, zmq
            socket = zmq.Context().socket(zmq.DEALER)
            socket.setsockopt(zmq.ROUTING_ID, b"peer")
            socket.setsockopt(zmq.RCVHWM, 1)
            socket.connect(sys.argv[1])
            socket.send(b"here")
            sys.stdin.read()
            """,
            endpoint,
        ])
        #expect(try await router.receive(timeout: .seconds(30)).last == "here")
        let large = Frame([UInt8](repeating: 0, count: 1 << 20))
        // Full when nothing more has left for a while: what the kernel takes in comes in pieces.
        while try await eventually(within: .seconds(1), { try router.trySend(["peer", large]) }) {}
        let start: ContinuousClock.Instant
        if blocks {
            let waiting = try await BlockedThread { try router.blocking.send(["peer", "x"], timeout: .seconds(6)) }
            start = .now
            peer.signal(SIGKILL)
            #expect(await waiting.code == .hostUnreachable)
        } else {
            let waiting = await held.start { try await router.send(["peer", "x"]) }
            start = .now
            peer.signal(SIGKILL)
            #expect(await code { try await value(of: waiting) } == .hostUnreachable)
        }
        // And no later than when it looks again, as its time is over.
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    // MARK: Request

    @Test
    func `A request that could not be sent leaves the reply to the one before`() async throws {
        let (router, endpoint) = try router()
        let request = try Request(context) {
            $0.linger = .zero
            $0.sendHighWaterMark = 1
        }
        try request.connect(endpoint)
        var sent: [Frame] = []
        while try request.trySend("\(sent.count)") { sent.append("\(sent.count)") }
        #expect(!sent.isEmpty)
        while let message = try router.tryReceive() { #expect(try router.trySend(message)) }
        #expect(try await request.receive(timeout: .seconds(5)) == [try #require(sent.last)])
    }

    // MARK: Memory that was handed over

    @Test(arguments: [1, 33, 34])
    func `What was handed over is released once it has been read`(count: Int) async throws {
        let pair = try Connected(over: .inproc, context: context, { try Pull($0) }, { try Push($0) })
        let isReleased = Watched(false)
        func send() throws {
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
            bytes.initializeMemory(as: UInt8.self, repeating: 1)
            let frame = Frame(handingOver: UnsafeRawBufferPointer(bytes)) { bytes in
                bytes.deallocate()
                isReleased.change { $0 = true }
            }
            #expect(try pair.connecting.trySend(frame))
        }
        func receive() throws {
            #expect(try pair.bound.tryReceive()?.first?.count == count)
        }
        try send()
        try receive()
        #expect(try await eventually { isReleased.value })
        pair.bound.close()
        pair.connecting.close()
    }

    @Test(arguments: [1, 33, 34])
    func `What releases memory may use the socket that read it`(count: Int) async throws {
        // In a process of its own, as a thread that has locked itself out never ends.
        await #expect(processExitsWith: .success) { [count] in
            alarm(10)
            let pair = try Connected(over: .inproc, { try Pull($0) }, { try Push($0) })
            let released = Watched(0)
            for number in 0..<3 {
                let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
                bytes.initializeMemory(as: UInt8.self, repeating: UInt8(number))
                let frame = Frame(handingOver: UnsafeRawBufferPointer(bytes)) { bytes in
                    bytes.deallocate()
                    _ = try? pair.bound.option(\.linger)
                    _ = try? pair.connecting.option(\.linger)
                    released.change { $0 += 1 }
                }
                try await pair.connecting.send(frame)
            }
            for _ in 0..<3 { _ = try await pair.bound.receive() }
            _ = try pair.bound.tryReceive()
            exit(0)
        }
    }

    // MARK: Sockets that nobody waits for

    @Test
    func `A subscriber that nobody waits for subscribes again when its publisher comes back`() async throws {
        let context = try Context()
        let first = try XPublisher(context) { $0.linger = .zero }
        let endpoint = try first.bind("tcp://127.0.0.1:*")
        let subscriber = try Subscriber(context, topics: ["topic"]) { $0.reconnectInterval = .milliseconds(10) }
        try subscriber.connect(endpoint)
        #expect(try await first.receive(timeout: .seconds(20)) == ["\u{1}topic"])
        first.close()
        let second = try XPublisher(context) { $0.linger = .zero }
        #expect(try await eventually { (try? second.bind(endpoint)) != nil })
        let subscription = Task { try await second.receive() }
        #expect(try await value(of: subscription) == ["\u{1}topic"])
        withExtendedLifetime(subscriber) {}
    }

    @Test
    func `A ROUTER that nobody waits for lets a peer come back under its routing id`() async throws {
        let context = try Context()
        let router = try Router(context) { $0.linger = .zero }
        let endpoint = try router.bind("tcp://127.0.0.1:*")
        var events = router.events.makeAsyncIterator()
        func connectPeer() async throws -> Dealer {
            let dealer = try Dealer(context) {
                $0.routingID = "name"
                $0.linger = .seconds(5)
            }
            try await dealer.connectAndWait(endpoint, timeout: .seconds(20))
            return dealer
        }
        for _ in 0..<3 {
            try await connectPeer().close()
            while let event = await events.next(), event.kind != .disconnected {}
            try await letOthersWait()
        }
        try await connectPeer().send("back")
        let message = Task { try await router.receive() }
        #expect(try await value(of: message) == ["name", "back"])
    }
}
