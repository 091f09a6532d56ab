import Foundation
import ProcessSupport
import Testing

/// Programs that misuse a socket do not compile; the compiler is run on them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CompileFailureTests {
    /// A body of a function that gets a `context`, and what the compiler says about it; nil where it compiles.
    struct Snippet: CustomTestStringConvertible, Sendable {
        let title: String
        /// What stands before the function.
        var declarations = ""
        var body = ""
        let complaint: String?

        var testDescription: String { title }
    }

    static let snippets = [
        Snippet(
            title: "correct use",
            body: """
                let push = try Push(context) { $0.sendHighWaterMark = 10 }
                let pull = try Pull(context)
                try push.connect(pull.bind("tcp://127.0.0.1:*"))
                try await push.send("a")
                let message: Message = try await pull.receive(timeout: .seconds(1))
                let subscriber = try Subscriber(context, topics: ["a"])
                try subscriber.subscribe(to: "b")
                for try await update in subscriber.messages { print(update, message) }
                """,
            complaint: nil),
        Snippet(
            title: "sending literals and variables of every kind",
            body: """
                let push = try Push(context)
                let (text, bytes, texts, number) = ("a", [1, 2] as [UInt8], ["a", "b"], 4)
                let (frame, message) = (Frame("a"), ["a", "b"] as Message)
                try await push.send("x"); try await push.send("\\(number) \\(text) \\(frame) \\(message)")
                try await push.send(["a", "b"]); try await push.send(["\\(number)", frame]); try await push.send([frame, frame])
                try await push.send([1, 2, 3]); try await push.send([]); try await push.send(text)
                try await push.send(bytes); try await push.send(bytes[1...]); try await push.send(texts)
                try await push.send([text, "b", "\\(number)"]); try await push.send([text, text] + texts)
                try await push.send(text + "b" + "c" + text, timeout: .seconds(1))
                try await push.send(frame); try await push.send(message);
                _ = try push.trySend("x") && push.trySend(["a", "b"]) && push.trySend(bytes) && push.trySend("\\(number)")
                let request = try Request(context)
                _ = try await request.request("x", timeout: .seconds(1)); _ = try await request.request(["a", "b"])
                _ = try await request.request("\\(number)"); _ = try await request.request([text, "b"])
                for try await asked in try Reply(context).requests {
                    try await asked.reply("\\(asked.message) is even"); try await asked.reply(["a", "b"])
                    try await asked.reply(text); try await asked.reply(bytes)
                }
                let (topic, payload) = try message.frames()
                let (first, rest) = try message.framesAndRest()
                print(topic, payload, first, rest)
                """,
            complaint: nil),
        Snippet(
            title: "a span that outlives its frame",
            body: "func escape() -> Span<UInt8> { Frame(\"a\").span }; _ = escape()",
            complaint: "a function cannot return a ~Escapable result"),
        Snippet(
            title: "several names for one frame",
            body: "let (a, b, c, d, e, f, g) = try (\"x\" as Message).frames(); print(a, b, c, d, e, f, g)",
            complaint: "error:"),
        Snippet(
            title: "receive on a Push", body: "_ = try await Push(context).receive()",
            complaint: "value of type 'Push' has no member 'receive'"),
        Snippet(
            title: "messages of a Publisher", body: "_ = try Publisher(context).messages",
            complaint: "value of type 'Publisher' has no member 'messages'"),
        Snippet(
            title: "send on a Pull", body: #"try await Pull(context).send("a")"#,
            complaint: "value of type 'Pull' has no member 'send'"),
        Snippet(
            title: "send on a Subscriber", body: #"try await Subscriber(context).send("a")"#,
            complaint: "value of type 'Subscriber' has no member 'send'"),
        Snippet(
            title: "subscribe on a Publisher", body: #"try Publisher(context).subscribe(to: "a")"#,
            complaint: "value of type 'Publisher' has no member 'subscribe'"),
        Snippet(
            title: "a blocking receive in an asynchronous function", body: "_ = try Pull(context).blocking.receive()",
            complaint: "'receive' is unavailable from asynchronous contexts"),
        Snippet(
            title: "a blocking send in an asynchronous function", body: #"try Push(context).blocking.send("a")"#,
            complaint: "'send' is unavailable from asynchronous contexts"),
        Snippet(
            title: "a blocking receive on a Push", body: "_ = try Push(context).blocking.receive()",
            complaint: "requires that 'Push' conform to 'ReceivingSocket'"),
        Snippet(
            title: "an option of another socket", body: "_ = try Push(context) { $0.isMandatory = true }",
            complaint: "property 'isMandatory' requires the types 'Push' and 'Router' be equivalent"),
        Snippet(
            title: "conflate on a Router", body: "_ = try Router(context) { $0.conflates = true }",
            complaint: "requires that 'Router' conform to 'ConflatingSocket'"),
        Snippet(
            title: "multicast on a Pair", body: "_ = try Pair(context).option(\\.multicastRate)",
            complaint: "requires that 'Pair' conform to 'MulticastSocket'"),
        Snippet(
            title: "a socket type that libzmq may still change", body: "_ = try Server(context)",
            complaint: "cannot find 'Server' in scope"),
        Snippet(
            title: "a request of a Dealer", body: #"_ = try await Dealer(context).request("a")"#,
            complaint: "value of type 'Dealer' has no member 'request'"),
        Snippet(
            title: "proxies and pollers",
            body: """
                let proxy = Proxy(frontend: try Router(context), backend: try Dealer(context))
                async let running: Void = proxy.run()
                let streamer = Proxy(from: try Pull(context), to: try Push(context), capture: try Publisher(context))
                proxy.stop()
                try await running
                let poller = try Poller<Int>()
                try poller.register(try Pull(context), as: 1)
                for ready in try await poller.wait(timeout: .zero) { print(ready.key, ready.events, streamer.statistics) }
                """,
            complaint: nil),
        Snippet(
            title: "a proxy from a Push", body: "_ = Proxy(from: try Push(context), to: try Push(context))",
            complaint: "requires that 'Push' conform to 'ReceivingSocket'"),
        Snippet(
            title: "a two-way proxy with a Pull",
            body: "_ = Proxy(frontend: try Pull(context), backend: try Dealer(context))",
            complaint: "requires that 'Pull' conform to 'SendingSocket'"),
        Snippet(
            title: "C's proxy in an asynchronous function",
            body: "try Proxy.runBlocking(frontend: try Router(context), backend: try Dealer(context))",
            complaint: "'runBlocking' is unavailable from asynchronous contexts"),
        Snippet(
            title: "a poller's blocking wait in an asynchronous function",
            body: "_ = try Poller<Int>().blocking.wait()", complaint: "'wait' is unavailable from asynchronous contexts"
        ),
        Snippet(
            title: "a key that is not Sendable",
            body:
                "final class Key: Hashable { static func == (a: Key, b: Key) -> Bool { a === b }; func hash(into: inout Hasher) {} }; _ = try Poller<Key>()",
            complaint: "does not conform to the 'Sendable' protocol"),
        Snippet(
            title: "what may be shared",
            body: """
                func share(_ value: some Sendable) {}
                let pull = try Pull(context)
                share(context); share(context.executor); share(pull); share(pull.handle); share(pull.figures)
                share(pull.messages); share(pull.messages.batches(upTo: 2)); share(pull.events); share(pull.blocking)
                share(try Reply(context).requests); share(try Poller<Int>())
                share(Proxy(from: pull, to: try Push(context)))
                share(Frame("a")); share(["a", "b"] as Message); share(Frame("a").metadata)
                func shareNames(_ names: SocketOptionNames<Push>, _ others: EndpointOptionNames<Push>) {
                    share(names); share(names.linger); share(others); share(others.backlog)
                }
                """,
            complaint: nil),
        Snippet(
            title: "options that are shared",
            body: """
                func share(_ value: some Sendable) {}
                _ = try Push(context) { share($0) }
                """,
            complaint: "does not conform to the 'Sendable' protocol"),
        Snippet(
            title: "an endpoint's options that are shared",
            body: """
                func share(_ value: some Sendable) {}
                try Push(context).connect("tcp://127.0.0.1:1") { share($0) }
                """,
            complaint: "does not conform to the 'Sendable' protocol"),
        Snippet(
            title: "an iterator of messages that is shared",
            body: """
                func share(_ value: some Sendable) {}
                share(try Pull(context).messages.makeAsyncIterator())
                """,
            complaint: "does not conform to the 'Sendable' protocol"),
        Snippet(
            title: "an iterator of events that is shared",
            body: """
                func share(_ value: some Sendable) {}
                share(try Pull(context).events.makeAsyncIterator())
                """,
            complaint: "does not conform to the 'Sendable' protocol"),
        Snippet(
            title: "a secret key in the place of a public one",
            body: "_ = try Push(context) { $0.curveServerKey = try CurveKeyPair.generate().secretKey }",
            complaint: "cannot assign value of type 'CurveSecretKey' to type 'CurveKey'"),
        Snippet(
            title: "options as they are meant",
            body: """
                let publisher = try XPublisher(context) { $0.isVerbose = !$0.isVerbose }
                try publisher.setOption(\\.isVerbose, to: false)
                try publisher.setOption(\\.sendHighWaterMark, to: nil)
                let mark: Int? = try publisher.option(\\.sendHighWaterMark)
                let linger: Int32 = try publisher.option(17)
                try publisher.connect("tcp://127.0.0.1:5555") { $0.maxMessageSize = 1 << 20 }
                let subscriber = try XSubscriber(context)
                try subscriber.subscribe(to: "a")
                print(mark as Any, linger, try context.option(5))
                """,
            complaint: nil),
        Snippet(
            title: "reading an option that libzmq does not give back",
            body: "_ = try XPublisher(context).option(\\.isVerbose)",
            complaint: "'option' is unavailable: this option can be set and not read"),
        Snippet(
            title: "reading a secret key", body: "_ = try Push(context).option(\\.curveSecretKey)",
            complaint: "'option' is unavailable: this option can be set and not read"),
        Snippet(
            title: "reading a password", body: "_ = try Push(context).option(\\.plainPassword)",
            complaint: "'option' is unavailable: this option can be set and not read"),
        Snippet(
            title: "reading a subscription", body: "_ = try Subscriber(context).option(\\.subscribe)",
            complaint: "cannot convert value of type 'KeyPath"),
        Snippet(
            title: "setting the last endpoint", body: #"try Push(context).lastEndpoint = "tcp://127.0.0.1:1""#,
            complaint: "'lastEndpoint' is a get-only property"),
        Snippet(
            title: "setting the mechanism", body: "_ = try Push(context) { $0.mechanism = .curve }",
            complaint: "has no dynamic member 'mechanism'"),
        Snippet(
            title: "setting a context's limit", body: "_ = try Context { $0.socketLimit = 5 }",
            complaint: "value of type 'ContextOptions' has no member 'socketLimit'"),
        Snippet(
            title: "an endpoint's own linger",
            body: #"try Push(context).connect("tcp://127.0.0.1:1") { $0.linger = .zero }"#,
            complaint: "has no dynamic member 'linger'"),
        Snippet(
            title: "an endpoint's own mark",
            body: #"try Push(context).connect("tcp://127.0.0.1:1") { $0.sendHighWaterMark = 1 }"#,
            complaint: "has no dynamic member 'sendHighWaterMark'"),
        Snippet(
            title: "sockets of any type",
            body: """
                func send(_ socket: some SendingSocket) async throws { try await socket.send("a") }
                func close(_ sockets: [any Socket]) { for socket in sockets { socket.close() } }
                struct Worker<Source: ReceivingSocket> { let source: Source }
                try await send(try Push(context))
                close([try Push(context), Worker(source: try Pull(context)).source])
                """,
            complaint: nil),
        Snippet(
            title: "a foreign socket", body: "struct Mine: Socket { let handle: SocketHandle }",
            complaint: "type 'Mine' does not conform to protocol 'Socket'"),
        Snippet(
            title: "a foreign sending socket", body: "struct Mine: SendingSocket { let handle: SocketHandle }",
            complaint: "type 'Mine' does not conform to protocol 'Socket'"),
        Snippet(
            title: "a foreign receiving socket", body: "struct Mine: ReceivingSocket { let handle: SocketHandle }",
            complaint: "type 'Mine' does not conform to protocol 'Socket'"),
        Snippet(
            title: "a foreign socket with another's seal",
            body: "struct Mine: Socket { let handle: SocketHandle; typealias _Seal = Push._Seal }",
            complaint: "'Socket' requires the types 'Mine' and 'Push._Seal._Sealed' (aka 'Push') be equivalent"),
        Snippet(
            title: "a foreign socket with a seal of its own",
            body: """
                struct Mine: Socket {
                    let handle: SocketHandle
                    final class _Seal: _SocketSeal, _SocketSealing {
                        typealias _Sealed = Mine
                        init(_seal: Never) {}
                    }
                }
                """,
            complaint: "cannot inherit from non-open class '_SocketSeal' outside of its defining module"),
        Snippet(
            title: "a Push that receives", declarations: "extension Push: @retroactive ReceivingSocket {}",
            complaint: "'ReceivingSocket' requires the types"),
        Snippet(
            title: "a Subscriber that sends", declarations: "extension Subscriber: @retroactive SendingSocket {}",
            complaint: "'SendingSocket' requires the types"),
        Snippet(
            title: "a Dealer that names its peers", declarations: "extension Dealer: @retroactive NamingSocket {}",
            complaint: "'NamingSocket' requires the types"),
        Snippet(
            title: "a Push that publishes", declarations: "extension Push: @retroactive PublishingSocket {}",
            complaint: "'PublishingSocket' requires the types"),
        Snippet(
            title: "a Router that conflates", declarations: "extension Router: @retroactive ConflatingSocket {}",
            complaint: "'ConflatingSocket' requires the types"),
        Snippet(
            title: "a Push that probes", declarations: "extension Push: @retroactive ProbingSocket {}",
            complaint: "'ProbingSocket' requires the types"),
        Snippet(
            title: "a Pair that multicasts", declarations: "extension Pair: @retroactive MulticastSocket {}",
            complaint: "'MulticastSocket' requires the types"),
    ]

    @Test(arguments: snippets)
    func `The compiler tells right from wrong use`(snippet: Snippet) async throws {
        let source = FileManager.default.temporaryDirectory.appending(path: "snippet-\(UUID().uuidString).swift")
        let text = """
            import SwiftZMQ

            \(snippet.declarations)

            func use(_ context: Context) async throws {
                \(snippet.body)
            }
            """
        try text.write(to: source, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: source) }

        let (ending, said) = try await SwiftCompiler.typecheck(source.path())
        if let complaint = snippet.complaint {
            #expect(ending == .exited(1))
            #expect(said.contains(complaint), "\(said)")
        } else {
            #expect(ending == .exited(0), "\(said)")
        }
    }
}
