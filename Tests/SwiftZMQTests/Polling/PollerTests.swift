import Foundation
import SwiftZMQ
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct PollerTests {
    @Test(arguments: Transport.allCases)
    func `Each socket is told by its key for as long as it is ready`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Pair($0) }, { try Pair($0) })
        let poller = try Poller<String>()
        try poller.register(pair.bound, for: [.readable, .writable], as: "bound")
        try poller.register(pair.connecting, for: [.readable, .writable], as: "connecting")
        #expect(try await eventually { try await poller.events() == ["bound": .writable, "connecting": .writable] })
        try await pair.bound.send("a")
        try await pair.connecting.send("b")
        let both: PollEvents = [.readable, .writable]
        #expect(try await eventually { try await poller.events() == ["bound": both, "connecting": both] })
        // Level-triggered: told again and again, until it has been received.
        #expect(try await poller.events() == ["bound": both, "connecting": both])
        #expect(try await pair.bound.receive() == ["b"])
        #expect(try await poller.events() == ["bound": .writable, "connecting": both])
        #expect(try await pair.connecting.receive() == ["a"])
        #expect(try await poller.events() == ["bound": .writable, "connecting": .writable])
    }

    @Test(arguments: Transport.allCases)
    func `A request and its reply are ready in turn`(transport: Transport) async throws {
        // A relaxed request could be sent at any time.
        let pair = try Connected(
            over: transport, { try Reply($0) },
            { context in
                try Request(context) {
                    $0.isRelaxed = false
                    $0.correlates = false
                }
            })
        let poller = try Poller<String>()
        try poller.register(pair.bound, for: [.readable, .writable], as: "reply")
        try poller.register(pair.connecting, for: [.readable, .writable], as: "request")
        #expect(try await poller.wait().map(\.key) == ["request"])
        try await pair.connecting.send("question")
        #expect(try await poller.events() == ["reply": .readable])
        _ = try await pair.bound.receive()
        #expect(try await poller.events() == ["reply": .writable])
        try await pair.bound.send("answer")
        #expect(try await poller.events() == ["request": .readable])
        _ = try await pair.connecting.receive()
        #expect(try await poller.events() == ["request": .writable])
    }

    @Test func `A publisher is always ready, a subscriber when there is something for it`() async throws {
        let context = try Context()
        let publisher = try XPublisher(context)
        let subscriber = try Subscriber(context, topics: ["a"])
        try subscriber.connect(publisher.bind("tcp://127.0.0.1:*"))
        try await publisher.waitForSubscriptions()
        let poller = try Poller<Int>()
        try poller.register(publisher, for: .writable, as: 1)
        try poller.register(subscriber, as: 2)
        #expect(try await poller.events() == [1: .writable])
        try await publisher.send("b is not for it")
        try await publisher.send("a is")
        #expect(try await eventually { try await poller.events() == [1: .writable, 2: .readable] })
        #expect(try await subscriber.receive() == ["a is"])
        #expect(try await poller.events() == [1: .writable])
    }

    @Test func `Several messages are told of until the last is received`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let poller = try Poller<String>()
        try poller.register(pair.bound, as: "pull")
        for number in 0..<100 { try await pair.connecting.send("\(number)") }
        for number in 0..<100 {
            #expect(try await poller.wait().map(\.key) == ["pull"])
            #expect(try pair.bound.tryReceive() == ["\(number)"])
        }
        #expect(try await poller.wait(timeout: .zero).isEmpty)
    }

    @Test func `Room at the high-water mark is told`() async throws {
        let pair = try Connected(
            over: .inproc, { context in try Pull(context) { $0.receiveHighWaterMark = 1 } },
            { context in try Push(context) { $0.sendHighWaterMark = 1 } })
        let poller = try Poller<String>()
        try poller.register(pair.connecting, for: .writable, as: "push")
        var sent = 0
        while try pair.connecting.trySend("\(sent)") { sent += 1 }
        #expect(try await poller.wait(timeout: .zero).isEmpty)
        async let ready = poller.wait()
        try await letOthersWait()
        for _ in 0..<sent { _ = try await pair.bound.receive() }
        #expect(try await ready == [.init(key: "push", events: .writable)])
    }

    @Test func `Sockets of several types, contexts and executors, and descriptors wait together`() async throws {
        let one = try Connected(over: .inproc, { try Pull($0) }, { try Push($0) })
        let other = try Connected(
            context: Context(executor: SocketExecutor(name: "other")), { try Router($0) }, { try Dealer($0) })
        let pipe = try DescriptorPair()
        let poller = try Poller<String>()
        try poller.register(one.bound, as: "pull")
        try poller.register(other.bound, as: "router")
        try poller.register(descriptor: pipe.reading, as: "pipe")
        try poller.register(descriptor: pipe.writing, for: [], as: "other end")
        #expect(poller.count == 4 && poller.contains("pipe") && !poller.contains("push"))
        for key in ["pull", "router", "pipe", "pull", "pipe", "router"] {
            async let ready = poller.wait()
            try await letOthersWait()
            switch key {
            case "pull": try await one.connecting.send("x")
            case "router": try await other.connecting.send("x")
            default: pipe.write()
            }
            #expect(try await ready == [.init(key: key, events: .readable)])
            #expect(try await poller.events() == [key: .readable])
            switch key {
            case "pull": _ = try await one.bound.receive()
            case "router": _ = try await other.bound.receive()
            default: pipe.read()
            }
            #expect(try await poller.wait(timeout: .zero).isEmpty)
        }
    }

    @Test func `A descriptor tells of readable, writable and its end`() async throws {
        let pipe = try DescriptorPair()
        let poller = try Poller<String>()
        try poller.register(descriptor: pipe.reading, as: "reading")
        try poller.register(descriptor: pipe.writing, for: .writable, as: "writing")
        #expect(try await poller.events() == ["writing": .writable])
        try poller.modify("writing", for: [])
        #expect(try await poller.wait(timeout: .zero).isEmpty)
        pipe.write()
        #expect(try await poller.events() == ["reading": .readable])
        pipe.read()
        try poller.modify("writing", for: .writable)
        #expect(try await poller.events() == ["writing": .writable])
        try poller.unregister("writing")
        pipe.closeWriting()
        #expect(try await poller.events() == ["reading": [.readable, .error]])
    }

    @Test func `Lines are read from a descriptor as they come, to the last and no further`() async throws {
        let pipe = try DescriptorPair()
        let poller = try Poller<String>()
        try poller.register(descriptor: pipe.reading, as: "input")
        var (lines, unfinished, waits): ([String], [UInt8], Int) = ([], [], 0)
        let script = Task {
            for text in ["one\ntwo\nth", "ree\n", "four"] {
                pipe.write(text)
                try await letOthersWait()
            }
            pipe.closeWriting()
        }
        while poller.count > 0 {
            waits += 1
            for _ in try await poller.wait(timeout: .seconds(20)) {
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = Foundation.read(pipe.reading, &buffer, buffer.count)
                unfinished += buffer[..<Swift.max(count, 0)]
                var parts = unfinished.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                if count > 0 { unfinished = Array(parts.removeLast()) } else { try poller.unregister("input") }
                lines += parts.map { String(decoding: $0, as: UTF8.self) }
            }
        }
        try await script.value
        #expect(lines == ["one", "two", "three", "four"])
        #expect(waits <= 4)
    }

    @Test func `Urgent data is told as priority`() async throws {
        let (client, server) = try TCPPair.make()
        defer {
            close(client)
            close(server)
        }
        let poller = try Poller<String>()
        try poller.register(descriptor: server, for: [.priority], as: "server")
        #expect(try await poller.wait(timeout: .zero).isEmpty)
        var byte: UInt8 = 1
        let sent = send(client, &byte, 1, Int32(MSG_OOB))
        #expect(sent == 1)
        #expect(try await poller.wait() == [.init(key: "server", events: .priority)])
    }

    @Test func `A file is refused, as it is always ready`() throws {
        let poller = try Poller<String>()
        let file = open("/proc/self/exe", O_RDONLY)
        defer { close(file) }
        let error = #expect(throws: ZMQError.self) { try poller.register(descriptor: file, as: "file") }
        #expect(error?.code == .init(rawValue: EPERM))
        #expect(error?.explanation != nil)
        #expect(code { try poller.register(descriptor: -1, as: "nothing") } == .init(rawValue: EBADF))
        #expect(poller.count == 0)
    }

    @Test func `What a socket reports to a poller is not swallowed by others who use it`() async throws {
        let pair = try Connected(over: .inproc, { try Dealer($0) }, { try Dealer($0) })
        let poller = try Poller<String>()
        try poller.register(pair.bound, as: "dealer")
        let count = 2000
        // Each send takes in what the socket was told, and a receive of another's may be all that learns of a message.
        let sending = Task(executorPreference: .sockets) {
            while !Task.isCancelled { try await pair.bound.send("noise") }
        }
        let draining = Task { for try await _ in pair.connecting.messages {} }
        let echo = Task {
            for number in 0..<count {
                try await pair.connecting.send("\(number)")
                if number % 50 == 0 { await Task.yield() }
            }
        }
        var received = 0
        while received < count {
            for ready in try await poller.wait(timeout: .seconds(20)) {
                #expect(ready.key == "dealer")
                while let message = try pair.bound.tryReceive() {
                    #expect(message == ["\(received)"])
                    received += 1
                }
            }
        }
        sending.cancel()
        draining.cancel()
        try await echo.value
        _ = await (sending.result, draining.result)
    }

    @Test func `What is registered, changed or removed during a wait takes effect in it`() async throws {
        let pair = try Connected(over: .inproc, { try Dealer($0) }, { try Dealer($0) })
        let poller = try Poller<String>()
        try poller.register(pair.bound, as: "bound")
        async let first = poller.wait()
        try await letOthersWait()
        try poller.register(pair.connecting, for: .writable, as: "connecting")
        #expect(try await first == [.init(key: "connecting", events: .writable)])
        try poller.unregister("connecting")
        async let second = poller.wait()
        try await letOthersWait()
        try poller.modify("bound", for: [.readable, .writable])
        #expect(try await second == [.init(key: "bound", events: .writable)])
        try poller.modify("bound", for: .readable)
        async let third = poller.wait(timeout: .milliseconds(50))
        try await letOthersWait()
        try poller.unregister("bound")
        try await pair.connecting.send("x")
        #expect(try await third.isEmpty)
    }

    @Test(arguments: [false, true])
    func `A message is found behind more stale reports than one look takes`(blocking: Bool) async throws {
        let context = try Context(maxSockets: 1000)
        let poller = try Poller<Int>()
        let pulls = try (0..<300).map { number in
            let pull = try Pull(context) { $0.linger = .zero }
            try pull.bind("inproc://stale-\(number)")
            try poller.register(pull, as: number)
            return pull
        }
        #expect(try await poller.wait(timeout: .zero).isEmpty)
        // Each connection is reported to its socket, and is nothing to receive.
        let pushes = try (0..<pulls.count).map { number in
            let push = try Push(context) { $0.linger = .zero }
            try push.connect("inproc://stale-\(number)")
            return push
        }
        let last = pulls.count - 1
        try await pushes[last].send("x")
        let ready =
            blocking
            ? try await BlockedThread { try poller.blocking.wait(timeout: .seconds(20)) }.value
            : try await poller.wait(timeout: .seconds(20))
        #expect(ready == [.init(key: last, events: .readable)])
        await context.shutdown()
    }

    @Test func `More ready descriptors than one look takes are told in turn`() async throws {
        let pipes = try (0..<100).map { _ in try DescriptorPair() }
        let poller = try Poller<Int>()
        for (number, pipe) in pipes.enumerated() {
            pipe.write()
            try poller.register(descriptor: pipe.reading, as: number)
        }
        var told: Set<Int> = []
        for _ in 0..<2 { told.formUnion(try await poller.wait(timeout: .seconds(20)).map(\.key)) }
        #expect(told.count == pipes.count)
    }

    @Test func `Mistakes are refused by name`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let push = try Push(context)
        let pipe = try DescriptorPair()
        let poller = try Poller<String>()
        #expect(await code { try await poller.wait() } == .invalidArgument)
        #expect(try await poller.wait(timeout: .milliseconds(1)).isEmpty)
        try poller.register(pull, as: "pull")
        try poller.register(descriptor: pipe.reading, as: "pipe")
        let twice = #expect(throws: ZMQError.self) { try poller.register(push, for: .writable, as: "pull") }
        #expect(twice?.code == .invalidArgument && twice?.operation == "register pull")
        #expect(code { try poller.register(pull, as: "pull again") } == .invalidArgument)
        #expect(code { try poller.register(descriptor: pipe.reading, as: "pipe again") } == .invalidArgument)
        #expect(code { try poller.modify("nobody", for: .readable) } == .notFound)
        #expect(code { try poller.unregister("nobody") } == .notFound)
        #expect(code { try poller.register(push, for: .readable, as: "push") } == .invalidArgument)
        #expect(code { try poller.modify("pull", for: .writable) } == .invalidArgument)
        #expect(code { try poller.modify("pull", for: .priority) } == .invalidArgument)
        #expect(code { try poller.modify("pipe", for: PollEvents(rawValue: 64)) } == .invalidArgument)
        try poller.unregister("pull")
        #expect(code { try poller.unregister("pull") } == .notFound)
        try poller.register(pull, as: "pull again")
        #expect(poller.count == 2)
        pull.close()
        #expect(code { try poller.register(pull, as: "closed") } == .invalidArgument)
        #expect(code { try Poller<Int>().register(pull, as: 1) } == .closed)
    }

    @Test func `Closing a registered socket is an error that names it`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let dealer = try Dealer(context)
        let poller = try Poller<String>()
        try poller.register(pull, as: "prices")
        try poller.register(dealer, for: [], as: "nothing yet")
        let waiting = Task { try await poller.wait() }
        try await letOthersWait()
        pull.close()
        let error = await #expect(throws: ZMQError.self) { try await waiting.value }
        #expect(error?.code == .closed)
        #expect(error?.operation.contains("PULL") == true && error?.operation.contains("prices") == true)
        #expect(await code { try await poller.wait(timeout: .zero) } == .closed)
        try poller.unregister("prices")
        #expect(try await poller.wait(timeout: .zero).isEmpty)
        let again = Task { try await poller.wait() }
        try await letOthersWait()
        await context.shutdown()
        #expect(await code { try await again.value } == .terminated)
        try poller.unregister("nothing yet")
        #expect(poller.count == 0)
    }

    @Test func `A wait ends with its timeout or its task, and the next one works`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let poller = try Poller<String>()
        try poller.register(pair.bound, as: "pull")
        let started = ContinuousClock.now
        #expect(try await poller.wait(timeout: .milliseconds(30)).isEmpty)
        #expect(ContinuousClock.now - started >= .milliseconds(30))
        await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { _ = try await poller.wait() } }
            // Whichever of the two comes second is refused, and the other goes on waiting.
            let refused = await group.nextResult()
            #expect(code { try refused?.get() } == .wrongState)
            group.cancelAll()
            let other = await group.nextResult()
            #expect(throws: CancellationError.self) { try other?.get() }
        }
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await poller.wait(timeout: .seconds(1))
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        try await pair.connecting.send("later")
        #expect(try await poller.wait(timeout: .seconds(20)).map(\.key) == ["pull"])
        #expect(try await pair.bound.receive() == ["later"])
    }

    @Test func `Receivers and a poller share a socket, and nothing is lost`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let count = 5000
        let receiver = Task {
            var received = 0
            while true {
                let message = try await pair.bound.receive()
                if message == ["end"] { return received }
                received += 1
            }
        }
        let polling = Task {
            let poller = try Poller<Int>()
            try poller.register(pair.bound, as: 0)
            var received = 0
            while !Task.isCancelled {
                // Cancelled, it has still received what it has.
                guard let ready = try? await poller.wait(), !ready.isEmpty else { continue }
                if let message = try pair.bound.tryReceive() {
                    if message == ["end"] { try await pair.connecting.send("end") } else { received += 1 }
                }
            }
            return received
        }
        for number in 0..<count { try await pair.connecting.send("\(number)") }
        try await pair.connecting.send("end")
        let byReceiver = try await receiver.value
        polling.cancel()
        let byPoller = try await polling.value
        #expect(byReceiver + byPoller == count)
    }

    @Test func `A poller keeps its sockets open, and one that is gone has forgotten them`() async throws {
        let context = try Context()
        let push = try Push(context)
        func make() throws -> Poller<String> {
            let poller = try Poller<String>()
            let pull = try Pull(context)
            try pull.bind("inproc://kept-by-poller")
            try poller.register(pull, as: "pull")
            return poller
        }
        var poller: Poller<String>? = try make()
        try push.connect("inproc://kept-by-poller")
        try await push.send("x")
        #expect(try await poller?.wait().map(\.key) == ["pull"])
        poller = nil
        let next = try Pull(context)
        #expect(try await eventually { (try? next.bind("inproc://kept-by-poller")) != nil })
    }

    @Test func `A thread waits without another thread's help`() async throws {
        let pair = try Connected({ try Dealer($0) }, { try Dealer($0) })
        let pipe = try DescriptorPair()
        let poller = try Poller<String>()
        try poller.register(pair.bound, as: "dealer")
        try poller.register(descriptor: pipe.reading, as: "pipe")
        let timed = try await BlockedThread { try poller.blocking.wait(timeout: .milliseconds(20)) }
        #expect(try await timed.value.isEmpty)
        let byMessage = try await BlockedThread { try poller.blocking.wait() }
        #expect(await code { try await poller.wait() } == .wrongState)
        try await pair.connecting.send("x")
        #expect(try await byMessage.value == [.init(key: "dealer", events: .readable)])
        #expect(try await pair.bound.receive() == ["x"])
        let byPipe = try await BlockedThread { try poller.blocking.wait() }
        pipe.write()
        #expect(try await byPipe.value == [.init(key: "pipe", events: .readable)])
        pipe.read()
        let byChange = try await BlockedThread { try poller.blocking.wait() }
        try poller.modify("dealer", for: .writable)
        #expect(try await byChange.value == [.init(key: "dealer", events: .writable)])
        try poller.modify("dealer", for: .readable)
        let closed = try await BlockedThread { try poller.blocking.wait() }
        pair.bound.close()
        #expect(await closed.code == .closed)
    }

    @Test func `A socket tells what it is ready for`() async throws {
        let pair = try Connected({ try Pair($0) }, { try Pair($0) })
        #expect(try await eventually { try pair.bound.readiness == .writable })
        try await pair.connecting.send("x")
        #expect(try await eventually { try pair.bound.readiness == [.readable, .writable] })
        pair.bound.close()
        #expect(code { try pair.bound.readiness } == .closed)
        #expect(PollEvents([.readable, .error]).description == "[readable, error]")
    }

    @Test func `Hundreds of sockets are told apart`() async throws {
        let context = try Context()
        let router = try Router(context) { $0.linger = .zero }
        let endpoint = try router.bind("inproc://hundreds-polled")
        let poller = try Poller<Int>()
        let dealers = try (0..<300).map { number in
            let dealer = try Dealer(context) {
                $0.routingID = "\(number)"
                $0.linger = .zero
            }
            try dealer.connect(endpoint)
            try poller.register(dealer, as: number)
            return dealer
        }
        // A router knows a peer once it has heard of it.
        for dealer in dealers { try await dealer.send("here") }
        for _ in dealers { _ = try await router.receive() }
        #expect(try await poller.wait(timeout: .zero).isEmpty)
        for number in stride(from: 299, through: 0, by: -7) {
            async let ready = poller.wait()
            try await router.send(["\(number)", "for \(number)"])
            #expect(try await ready == [.init(key: number, events: .readable)])
            #expect(try dealers[number].tryReceive() == ["for \(number)"])
        }
        for number in 0..<300 { try await router.send(["\(number)", "all"]) }
        var told: Set<Int> = []
        while told.count < 300 { told.formUnion(try await poller.wait().map(\.key)) }
        await context.shutdown()
    }
}

extension Poller {
    /// What is ready now or soon, by key.
    fileprivate nonisolated(nonsending) func events() async throws -> [Key: PollEvents] {
        Dictionary(uniqueKeysWithValues: try await wait(timeout: .milliseconds(200)).map { ($0.key, $0.events) })
    }
}

/// A pipe.
final class DescriptorPair: Sendable {
    let reading: Int32
    let writing: Int32
    private let isClosed = Atomic<Bool>(false)

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        closeWriting()
    }

    func write() {
        write("1")
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(Foundation.write(writing, bytes, bytes.count) == bytes.count)
    }

    func read() {
        var byte: UInt8 = 0
        #expect(Foundation.read(reading, &byte, 1) == 1)
    }

    func closeWriting() {
        guard !isClosed.exchange(true, ordering: .sequentiallyConsistent) else { return }
        close(writing)
    }
}

/// Two ends of a TCP connection.
enum TCPPair {
    static func make() throws -> (client: Int32, server: Int32) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                try #require(bind(listener, pointer, length) == 0)
                try #require(listen(listener, 1) == 0)
                try #require(getsockname(listener, pointer, &length) == 0)
                try #require(connect(client, pointer, length) == 0)
            }
        }
        let server = accept(listener, nil, nil)
        try #require(server >= 0)
        return (client, server)
    }
}
