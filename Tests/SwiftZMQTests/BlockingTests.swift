import Foundation
import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct BlockingTests {
    @Test(arguments: Transport.allCases)
    func `Threads talk to each other and to tasks`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Reply($0) }, { try Request($0) })
        let server = try await BlockedThread {
            for _ in 0..<200 {
                let request = try pair.bound.blocking.receive()
                try pair.bound.blocking.send(request)
            }
        }
        let client = try await BlockedThread {
            for number in 0..<100 {
                try pair.connecting.blocking.send("\(number)")
                let reply = try pair.connecting.blocking.receive()
                #expect(reply == ["\(number)"])
            }
        }
        try await client.value
        for number in 0..<100 {
            try await pair.connecting.send("\(number)")
            #expect(try await pair.connecting.receive() == ["\(number)"])
        }
        try await server.value
    }

    @Test func `A thread asks in one step, and again after a timeout`() async throws {
        let pair = try Connected(over: .inproc, { try Reply($0) }, { try Request($0) })
        let hurried = try await BlockedThread {
            code { try pair.connecting.blocking.request("unheard", timeout: .milliseconds(20)) }
        }
        #expect(try await hurried.value == .timedOut)
        let patient = try await BlockedThread {
            let blocking = pair.connecting.blocking
            return [try blocking.request("heard"), try blocking.request(["two", "frames"], timeout: .seconds(60))]
        }
        for expected in [["unheard"], ["heard"], ["two", "frames"]] as [Message] {
            #expect(try await pair.bound.receive() == expected)
            try await pair.bound.send(Message("re", followedBy: expected))
        }
        #expect(try await patient.value == [["re", "heard"], ["re", "two", "frames"]])
    }

    @Test func `A blocked receive ends with its timeout, its socket, or its context`() async throws {
        let context = try Context()
        let pull = try Pull(context)
        let timed = try await BlockedThread { try pull.blocking.receive(timeout: .milliseconds(20)) }
        #expect(await timed.code == .timedOut)
        let closed = try await BlockedThread { try pull.blocking.receive() }
        pull.close()
        #expect(await closed.code == .closed)
        let push = try Push(context)
        let full = try await BlockedThread { try push.blocking.send(["x"], timeout: .milliseconds(20)) }
        #expect(await full.code == .timedOut)
        let terminated = try await BlockedThread { try push.blocking.send("x") }
        await context.shutdown()
        #expect(await terminated.code == .terminated)
    }

    @Test func `A blocked receive ends when another descriptor is readable`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let pipe = Pipe()
        let reading = pipe.fileHandleForReading.fileDescriptor
        let waiting = try await BlockedThread {
            try pair.bound.blocking.receive(timeout: nil, orUntilReadable: reading)
        }
        pipe.fileHandleForWriting.write(Data([1]))
        #expect(try await waiting.value == nil)
        try await pair.connecting.send("later")
        #expect(try await pair.bound.receive() == ["later"])
    }

    @Test func `Whoever does not wait has what came since a receive found nothing`() async throws {
        let context = try Context()
        let pair = try (Pair(context), Pair(context))
        try pair.1.connect(pair.0.bind("inproc://pair"))
        let pipe = Pipe()
        pipe.fileHandleForWriting.write(Data([1]))
        let reading = pipe.fileHandleForReading.fileDescriptor
        let thread = try await BlockedThread {
            for number in 0..<100 {
                let message: Message = ["\(number)"]
                #expect(try pair.0.tryReceive() == nil)
                try pair.1.blocking.send(message)
                #expect(try pair.0.blocking.receive(timeout: .zero) == message)
                #expect(try pair.0.tryReceive() == nil)
                try pair.1.blocking.send(message)
                #expect(try pair.0.blocking.receive(timeout: nil, orUntilReadable: reading) == message)
            }
        }
        try await thread.value
        for number in 0..<100 {
            let message: Message = ["\(number)"]
            #expect(try pair.0.tryReceive() == nil)
            try await pair.1.send(message)
            #expect(try await pair.0.receive(timeout: .zero) == message)
        }
    }

    @Test func `A thread and a task that wait for one socket are served in order`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let thread = try await BlockedThread { try pair.bound.blocking.receive() }
        #expect(try await eventually { pair.bound.figures.waits == 1 })
        let task = Task { try await pair.bound.receive() }
        #expect(try await eventually { pair.bound.figures.waits == 2 })
        let lastThread = try await BlockedThread { try pair.bound.blocking.receive() }
        #expect(try await eventually { pair.bound.figures.waits == 3 })
        for number in 0..<3 { try await pair.connecting.send("\(number)") }
        #expect(try await thread.value == ["0"])
        #expect(try await task.value == ["1"])
        #expect(try await lastThread.value == ["2"])
    }

    @Test func `A thread that sends does not swallow the report that wakes one that receives`() async throws {
        let pair = try Connected({ try Dealer($0) }, { try Dealer($0) })
        let count = 20_000
        let receiver = try await BlockedThread {
            for number in 0..<count {
                let message = try pair.bound.blocking.receive()
                #expect(message == ["\(number)"])
            }
        }
        let sender = try await BlockedThread {
            for number in 0..<count { try pair.bound.blocking.send("\(number)") }
        }
        let peer = Task {
            async let up: Void = { for number in 0..<count { try await pair.connecting.send("\(number)") } }()
            for number in 0..<count {
                let message = try await pair.connecting.receive()
                #expect(message == ["\(number)"])
            }
            try await up
        }
        try await receiver.value
        try await sender.value
        try await peer.value
    }

    @Test func `A thread that waits for room wakes no other`() async throws {
        let executor = try SocketExecutor(name: "room-watcher")
        let pull = try Pull(Context())
        // With room for one message nearly every send waits.
        let push = try Push(Context(executor: executor)) { $0.sendHighWaterMark = 1 }
        try push.connect(pull.bind("tcp://127.0.0.1:*"))
        let count = 4000
        let sender = try await BlockedThread {
            for number in 0..<count { try push.blocking.send("\(number)") }
        }
        for _ in 0..<count { _ = try await pull.receive() }
        try await sender.value
        #expect(push.figures.waits > count / 10)
        #expect(try Self.sleeps(of: "room-watcher") < push.figures.waits / 10)
    }

    /// How often a thread of this process went to sleep.
    private static func sleeps(of name: String) throws -> Int {
        // By names alone: threads of other tests come and go meanwhile.
        let tasks = "/proc/self/task"
        let threads = try FileManager.default.contentsOfDirectory(atPath: tasks)
        let thread = threads.first {
            (try? String(contentsOfFile: "\(tasks)/\($0)/comm", encoding: .utf8)) == name + "\n"
        }
        let status = try String(contentsOfFile: "\(tasks)/\(try #require(thread))/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
        return try #require(line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) })
    }
}
