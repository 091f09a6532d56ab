import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct CancellationTests {
    @Test func `A cancelled receive throws at once`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let waiting = Task { try await pair.bound.receive() }
        try await letOthersWait()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test func `A task that is cancelled already does not wait`() async throws {
        let context = try Context()
        let (push, pull) = (try Push(context), try Pull(context))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await #expect(throws: CancellationError.self) { try await pull.receive() }
            await #expect(throws: CancellationError.self) { try await push.send("never sent") }
        }
        await task.value
        try push.connect(try pull.bind("inproc://cancelled-already"))
        #expect(await code { try await pull.receive(timeout: .milliseconds(50)) } == .timedOut)
    }

    @Test func `A loop that never has to wait ends soon after its task is cancelled, and loses nothing`() async throws {
        let pair = try Connected(over: .inproc, { try Pull($0) }, { try Push($0) })
        for number in 0..<1000 { try await pair.connecting.send("\(number)") }
        let received = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            var count = 0
            do {
                for try await _ in pair.bound.messages { count += 1 }
            } catch {
                #expect(error is CancellationError)
            }
            return count
        }.value
        #expect(received <= 128)
        #expect(try await pair.bound.receive() == ["\(received)"])
    }

    @Test func `Tasks that are cancelled just when they are served lock nothing up`() async throws {
        let pair = try Connected(over: .inproc, { try Pull($0) }, { try Push($0) })
        var inTransit = 0
        for round in 0..<500 {
            let receiving = (0..<200).map { _ in
                Task(executorPreference: .sockets) { try await pair.bound.receive() }
            }
            try await Task.sleep(for: .milliseconds(1))
            let sending = Task.detached {
                for _ in receiving { try await pair.connecting.send("x") }
            }
            // Served from the front and cancelled from the back, so that the two meet.
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .microseconds(round % 50) {}
            for task in receiving.reversed() { task.cancel() }
            try await sending.value
            inTransit += receiving.count
            for task in receiving {
                if case .success = await task.result { inTransit -= 1 }
            }
        }
        for _ in 0..<inTransit { _ = try await pair.bound.receive() }
        #expect(try pair.bound.tryReceive() == nil)
    }

    @Test(arguments: [nil, SocketExecutor.shared])
    func `Cancelled receives lose no message`(executor: SocketExecutor?) async throws {
        let count = 2_000
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        try await run(on: executor) {
            async let sent: Void = {
                for number in 0..<count { try await pair.connecting.send(["\(number)", "whole"]) }
            }()
            var received: [String] = []
            while received.count < count {
                let receiving = Task(executorPreference: executor) { try await pair.bound.receive() }
                if Bool.random() { await Task.yield() }
                receiving.cancel()
                switch await receiving.result {
                case .success(let message):
                    #expect(message.count == 2)
                    received.append(String(message[0]))
                case .failure(let error): #expect(error is CancellationError)
                }
                // Every so often one that is not cancelled, so that the test moves on.
                if Int.random(in: 0..<4) == 0, received.count < count {
                    received.append(String(try await pair.bound.receive()[0]))
                }
            }
            try await sent
            #expect(received == (0..<count).map { "\($0)" })
        }
    }

    @Test func `A cancelled send sends nothing and the others go on`() async throws {
        let context = try Context()
        let push = try Push(context) {
            $0.sendHighWaterMark = 1
            $0.linger = .zero
        }
        // Nobody is connected, so that every send waits.
        let cancelled = Task { try await push.send("cancelled") }
        try await letOthersWait()
        let kept = Task { try await push.send("kept") }
        try await letOthersWait()
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let pull = try Pull(context)
        try push.connect(try pull.bind("tcp://127.0.0.1:*"))
        try await kept.value
        #expect(try await pull.receive() == ["kept"])
        #expect(await code { try await pull.receive(timeout: .milliseconds(50)) } == .timedOut)
    }

    @Test func `Receivers are served in the order in which they came`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        var waiting: [Task<Message, any Error>] = []
        for _ in 0..<10 {
            waiting.append(Task { try await pair.bound.receive() })
            try await letOthersWait()
        }
        waiting[3].cancel()
        _ = await waiting[3].result
        for number in 0..<9 { try await pair.connecting.send("\(number)") }
        var received: [String] = []
        for (place, task) in waiting.enumerated() where place != 3 { received.append(String(try await task.value[0])) }
        #expect(received == (0..<9).map { "\($0)" })
    }

    @Test func `Senders are served in the order in which they came`() async throws {
        let context = try Context()
        let push = try Push(context) { $0.linger = .zero }
        var waiting: [Task<Void, any Error>] = []
        for number in 0..<10 {
            waiting.append(Task { try await push.send("\(number)") })
            try await letOthersWait()
        }
        let pull = try Pull(context)
        try push.connect(try pull.bind("tcp://127.0.0.1:*"))
        for number in 0..<10 { #expect(try await pull.receive() == ["\(number)"]) }
        for task in waiting { try await task.value }
    }

    @Test func `A request that was cancelled leaves a socket that can ask again`() async throws {
        let pair = try Connected({ try Reply($0) }, { try Request($0) })
        for round in 0..<20 {
            try await pair.connecting.send("first \(round)")
            let waiting = Task { try await pair.connecting.receive() }
            if round.isMultiple(of: 2) { try await letOthersWait() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            let first = try await pair.bound.receive()
            // The late reply goes out, and must not be taken for the second one's.
            try await pair.bound.send(Frame("late answer to \(first[0])"))
            try await pair.connecting.send("second \(round)")
            let second = try await pair.bound.receive()
            try await pair.bound.send(Frame("answer to \(second[0])"))
            #expect(try await pair.connecting.receive() == [Frame("answer to second \(round)")])
        }
    }

    @Test func `A receive that times out throws again and loses nothing`() async throws {
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let started = ContinuousClock.now
        #expect(await code { try await pair.bound.receive(timeout: .milliseconds(30)) } == .timedOut)
        #expect(ContinuousClock.now - started >= .milliseconds(30))
        #expect(await code { try await pair.bound.receive(timeout: .zero) } == .timedOut)
        try await pair.connecting.send("late")
        #expect(try await pair.bound.receive(timeout: .seconds(30)) == ["late"])
    }

    @Test func `Many timeouts at once come each, and none before its time`() async throws {
        let pull = try Pull(Context())
        await withTaskGroup(of: Void.self) { group in
            for delay in [90, 10, 50, 30, 70].map({ Duration.milliseconds($0 * 3) }) {
                group.addTask {
                    let started = ContinuousClock.now
                    #expect(await code { try await pull.receive(timeout: delay) } == .timedOut)
                    #expect(ContinuousClock.now - started >= delay)
                }
            }
        }
    }

    @Test func `A send that times out throws again and sends nothing`() async throws {
        let context = try Context()
        let push = try Push(context) { $0.linger = .zero }
        #expect(await code { try await push.send("never", timeout: .milliseconds(20)) } == .timedOut)
        let pull = try Pull(context)
        try push.connect(try pull.bind("tcp://127.0.0.1:*"))
        try await push.send("only")
        #expect(try await pull.receive() == ["only"])
    }
}
