import Foundation
import SwiftZMQ
import Testing

/// What becomes of sockets and contexts with the process, and what a context refuses when it has ended.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ProcessTests {
    @Test func `No socket is made in a context that was shut down`() async throws {
        let context = try Context()
        let early = try Pull(context)
        await context.shutdown()
        #expect(early.isClosed)
        #expect(code { try Pull(context) } == .terminated)
        #expect(code { try Publisher(context) } == .terminated)
        await context.shutdown()
    }

    @Test func `An error number says what it means`() {
        #expect(ZMQError.Code.wrongState.reason == "Operation cannot be accomplished in current state")
        #expect(ZMQError.Code.terminated.description.hasPrefix("Context was terminated ("))
        #expect(ZMQError.Code(rawValue: ENOENT) == .notFound)
        #expect(!ZMQError.Code(rawValue: 1_234_567).reason.isEmpty)
    }

    @Test func `An option takes no bytes that it cannot mean`() throws {
        let push = try Push(Context()) { $0.linger = .zero }
        // Sizes and values that no option has; those that can end the process are refused by their properties.
        for number: Int32 in [
            4, 6, 8, 9, 11, 12, 17, 18, 19, 21, 22, 23, 24, 34, 35, 36, 37, 39, 42, 44, 48, 57, 66, 75,
        ] {
            for count in [0, 1, 3, 5, 7, 9, 300] {
                let bytes = Frame([UInt8](repeating: 0xFE, count: count))
                let refusal = code { try push.setOption(number, to: bytes) }
                if let refusal { #expect(refusal == .invalidArgument || refusal == .unsupported) }
            }
        }
        #expect(throws: Never.self) { try push.bind("inproc://unharmed") }
    }

    // A process that is ended while sockets are open must end at once, without a word, whatever they are about.

    @Test func `A program may end with sockets open, closed and forgotten`() async {
        await #expect(processExitsWith: .success) {
            let context = try Context()
            let pull = try Pull(context)
            let endpoint = try pull.bind("tcp://127.0.0.1:*")
            let push = try Push(context)
            try push.connect(endpoint)
            try await push.send("received")
            _ = try await pull.receive()
            try Push(context).close()
            _ = try Push(context)
            // Queued for nobody, which lingers for ten seconds where the program waits for it.
            let lonely = try Push(context)
            try lonely.connect("tcp://127.0.0.1:1")
            try await lonely.send("nobody is there")
            withExtendedLifetime([context] as [AnyObject]) { exit(0) }
        }
    }

    @Test func `A program may end with sockets open that are waited for`() async {
        await #expect(processExitsWith: .success) {
            let context = try Context()
            let pull = try Pull(context)
            try pull.bind("tcp://127.0.0.1:*")
            let push = try Push(context)
            let events = pull.events
            let tasks = [
                Task { for try await _ in pull.messages {} },
                Task { try await push.send("nobody is there") },
                Task { for await _ in events {} },
            ]
            for _ in 0..<100 { await Task.yield() }
            withExtendedLifetime(tasks) { exit(0) }
        }
    }

    @Test func `A program may end with sockets open of a context that is shut down`() async {
        await #expect(processExitsWith: .success) {
            let context = try Context()
            let push = try Push(context)
            try push.connect("tcp://127.0.0.1:1")
            try await push.send("lingers")
            let shutdown = Task { await context.shutdown() }
            await Task.yield()
            withExtendedLifetime(shutdown) { exit(0) }
        }
    }
}
