import Foundation
import ProcessSupport
import Testing

/// Programs that misuse a socket do not compile; the compiler is run on them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CompileFailureTests {
    /// A body of a function that gets a `context`, and what the compiler says about it; nil where it compiles.
    struct Snippet: CustomTestStringConvertible, Sendable {
        let title: String
        let body: String
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
                let message: Multipart = try await pull.receive(timeout: .seconds(1))
                let subscriber = try Subscriber(context, topics: ["a"])
                try subscriber.subscribe(to: "b")
                for try await update in subscriber.messages { print(update, message) }
                """,
            complaint: nil),
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
            title: "an option of another socket", body: "_ = try Push(context) { $0.mandatory = true }",
            complaint: "property 'mandatory' requires the types 'Push' and 'Router' be equivalent"),
        Snippet(
            title: "conflate on a Router", body: "_ = try Router(context) { $0.conflate = true }",
            complaint: "requires that 'Router' conform to 'ConflatingSocket'"),
        Snippet(
            title: "multicast on a Pair", body: "_ = try Pair(context).get(\\.multicastRate)",
            complaint: "requires that 'Pair' conform to 'MulticastSocket'"),
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
            title: "a secret key in the place of a public one",
            body: "_ = try Push(context) { $0.curveServerKey = try CurveKeyPair.generate().secretKey }",
            complaint: "cannot assign value of type 'CurveSecretKey' to type 'CurveKey'"),
    ]

    @Test(arguments: snippets)
    func `The compiler tells right from wrong use`(snippet: Snippet) async throws {
        let source = FileManager.default.temporaryDirectory.appending(path: "snippet-\(UUID().uuidString).swift")
        let text = """
            import SwiftZMQ

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
