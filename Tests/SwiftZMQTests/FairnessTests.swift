import SwiftZMQ
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct FairnessTests {
    @Test func `A socket that always has messages does not starve its neighbour on the executor`() async throws {
        let executor = try SocketExecutor(name: "fairness")
        let context = try Context(executor: executor)
        let busy = try Connected(over: .inproc, context: context, { try Pull($0) }, { try Push($0) })
        let quiet = try Connected(over: .inproc, context: context, { try Reply($0) }, { try Request($0) })
        let flooding = Task(executorPreference: executor) {
            async let sending: Void = { while true { try await busy.connecting.send("flood") } }()
            for try await _ in busy.bound.messages {}
            try? await sending
        }
        let answering = Task(executorPreference: executor) {
            while true {
                let request = try await quiet.bound.receive()
                try await quiet.bound.send(request)
            }
        }
        let asking = Task(executorPreference: executor) {
            for number in 0..<200 {
                try await quiet.connecting.send("\(number)")
                #expect(try await quiet.connecting.receive(timeout: .seconds(10)) == ["\(number)"])
            }
        }
        try await asking.value
        flooding.cancel()
        answering.cancel()
        await context.shutdown()
        _ = await (flooding.result, answering.result)
    }

    @Test func `A full peer of a router keeps no messages from the others`() async throws {
        let context = try Context()
        let router = try Router(context) {
            $0.isMandatory = true
            $0.sendHighWaterMark = 1
            $0.linger = .zero
        }
        let endpoint = try router.bind("inproc://full-peer")
        let dealers = try ["slow", "quick"].map { name in
            let dealer = try Dealer(context) {
                $0.routingID = Frame(name)
                $0.receiveHighWaterMark = 1
                $0.linger = .zero
            }
            try dealer.connect(endpoint)
            return dealer
        }
        while try router.trySend(["slow", "fill"]) {}
        let waiting = Task { try await router.send(["slow", "waits"]) }
        try await letOthersWait()
        for number in 0..<10 {
            try await router.send(["quick", "\(number)"], timeout: .seconds(10))
            #expect(try await dealers[1].receive() == ["\(number)"])
        }
        var fromSlow: Message = ["fill"]
        while fromSlow == ["fill"] { fromSlow = try await dealers[0].receive() }
        #expect(fromSlow == ["waits"])
        try await waiting.value
        await context.shutdown()
    }

    @Test func `A sender waits at the high-water mark until a receiver takes`() async throws {
        let pair = try Connected(
            over: .inproc, { context in try Pull(context) { $0.receiveHighWaterMark = 1 } },
            { context in try Push(context) { $0.sendHighWaterMark = 1 } })
        var sent = 0
        while try pair.connecting.trySend("\(sent)") { sent += 1 }
        #expect(sent == 2)
        let done = Atomic<Bool>(false)
        async let waiting: Void = {
            try await pair.connecting.send("last")
            done.store(true, ordering: .sequentiallyConsistent)
        }()
        try await letOthersWait()
        let wasDone = done.load(ordering: .sequentiallyConsistent)
        #expect(!wasDone)
        for number in 0..<sent { #expect(try await pair.bound.receive() == ["\(number)"]) }
        #expect(try await pair.bound.receive() == ["last"])
        try await waiting
    }

    @Test func `Sockets work from the main actor, from an actor, and on the executor`() async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        let server = Task(executorPreference: .sockets) {
            for try await request in pair.bound.messages { try await pair.bound.send(request) }
        }
        try await Asker(request: pair.connecting).ask("from an actor")
        try await askFromMain(pair.connecting)
        try await withTaskExecutorPreference(.sockets) {
            try await Asker(request: pair.connecting).ask("from an actor on the executor")
        }
        await pair.context.shutdown()
        _ = await server.result
    }

    @MainActor private func askFromMain(_ request: Request) async throws {
        try await request.send("from main")
        #expect(try await request.receive() == ["from main"])
        MainActor.assertIsolated()
    }

    private actor Asker {
        let request: Request

        init(request: Request) {
            self.request = request
        }

        func ask(_ question: Frame) async throws {
            try await request.send(question)
            #expect(try await request.receive() == [question])
            preconditionIsolated()
        }
    }
}
