import GatewayWorker
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite(.timeLimit(.minutes(5))) struct LifeTests {
    private func beating(every interval: Duration, liveness: Int) -> GatewayWorker.Configuration {
        var configuration = GatewayWorker.Configuration.patient(4)
        configuration.heartbeatInterval = interval
        configuration.heartbeatLiveness = liveness
        return configuration
    }

    @Test func `A worker says that it lives, idle or busy`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(
            service: "s", endpoints: [gateway.endpoint],
            configuration: beating(every: .milliseconds(20), liveness: 5_000)
        ) { _ in
            try await waitForCancellation()
            return .text("")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            for _ in 0..<3 { #expect(try await gateway.receive().command == .heartbeat) }
            try await gateway.request("1", to: peer)
            for _ in 0..<3 { #expect(try await gateway.receive().command == .heartbeat) }
        }
    }

    @Test func `A gateway that is heard is kept`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(
            service: "s", endpoints: [gateway.endpoint],
            configuration: beating(every: .milliseconds(200), liveness: 5),
            handler: { _ in .text("") })
        try await withWorker(worker) { _ in
            // On a machine that is slow to run this, the gateway may not be heard in time; then it begins anew.
            var peer = try await gateway.accept()
            var heartbeats = 0
            while true {
                // Longer than the worker would wait for a silent gateway.
                while heartbeats < 20 {
                    let arrival = try await gateway.receive()
                    if case .ready = arrival.command {
                        (peer, heartbeats) = (arrival.peer, 0)
                    } else if arrival.peer == peer {
                        #expect(arrival.command == .heartbeat)
                        heartbeats += 1
                        try? await gateway.send(.heartbeat, to: peer)
                    }
                }
                if (try? await gateway.request("1", to: peer)) != nil { break }
                heartbeats = 0
            }
            #expect(try await gateway.reply().id == "1")
        }
    }

    @Test func `A silent gateway is registered with anew, on another socket, and what it asked for is given up`()
        async throws
    {
        let gateway = try FakeGateway()
        let givenUp = Counter()
        let worker = GatewayWorker(
            service: "s", endpoints: [gateway.endpoint], configuration: beating(every: .milliseconds(200), liveness: 5)
        ) { request in
            guard request.path == "/long" else { return .text("short") }
            do { try await waitForCancellation() } catch { _ = await givenUp.next() }
            return .text("too late")
        }
        try await withWorker(worker) { _ in
            var peers: [Frame] = []
            while true {
                let arrival = try await gateway.receive()
                if case .ready = arrival.command {
                    peers.append(arrival.peer)
                    let path = await givenUp.count == 0 ? "/long" : "/short"
                    // On a machine that is slow to run this, the worker has left again and comes back.
                    try? await gateway.request("\(peers.count)", "GET \(path)", to: arrival.peer)
                } else if case .final(let id, let frames) = arrival.command {
                    #expect(try WorkerReply(reading: frames).body == "short")
                    #expect(id == "\(peers.count)")
                    break
                }
            }
            #expect(peers.count > 1)
            #expect(Set(peers).count == peers.count)
        }
    }

    @Test func `A worker that is dismissed registers anew, on another socket`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(
            service: "s", endpoints: [gateway.endpoint], configuration: .patient(), handler: { _ in .text("hello") })
        try await withWorker(worker) { _ in
            var seen: Set<Frame> = []
            for _ in 0..<3 {
                let peer = try await gateway.accept()
                seen.insert(peer)
                try await gateway.send(.disconnect, to: peer)
            }
            #expect(seen.count == 3)
            try await gateway.request("1", to: try await gateway.accept())
            #expect(try await gateway.reply().body == "hello")
        }
    }

    @Test func `Nonsense is ignored, and a malformed request refused`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(
            service: "s", endpoints: [gateway.endpoint], configuration: .patient(), handler: { _ in .text("hello") })
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            let nonsense: [Message] = [
                [""], ["junk"], ["MDPW02"], ["MDPW02", ""], ["MDPW02", "\u{63}"], ["MDPW01", "\u{2}", "1", "", "x"],
                ["MDPW02", "\u{2}", "1", ""], ["MDPW02", "\u{2}", "1", "not empty", "x", "y"], ["MDPW02", "\u{7}"],
                ["MDPW02", "\u{8}", "1", "many"], ["MDPW02", "\u{6}", "more"], ["", "MDPW02", "\u{5}"],
            ]
            for frames in nonsense { try await gateway.send(frames, to: peer) }
            try await gateway.send(.cancel(id: "unknown"), to: peer)
            try await gateway.send(.credit(id: "unknown", bytes: 5), to: peer)

            try await gateway.send(.request(id: "1", ["no head", "body"]), to: peer)
            let refused = try await gateway.reply()
            #expect(refused.id == "1")
            #expect(refused.head.status == 400)

            try await gateway.request("2", to: peer)
            #expect(try await gateway.reply().body == "hello")
        }
    }

    @Test func `A gateway that talks nonsense alone is given up`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(
            service: "s", endpoints: [gateway.endpoint], configuration: beating(every: .milliseconds(200), liveness: 5),
            handler: { _ in .text("") })
        try await withWorker(worker) { _ in
            let first = try await gateway.accept()
            while true {
                let arrival = try await gateway.receive()
                if case .ready = arrival.command {
                    #expect(arrival.peer != first)
                    break
                }
                // The worker may have left in the meantime, which is what is waited for.
                try? await gateway.send(["junk"], to: first)
            }
        }
    }

    @Test func `A request that nobody waits for is cancelled and yet ended`() async throws {
        let gateway = try FakeGateway()
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: .patient(1)) { request in
            if request.path == "/long" { try await waitForCancellation() }
            return .text("short")
        }
        try await withWorker(worker) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", "GET /long", to: peer)
            try await gateway.send(.cancel(id: "1"), to: peer)
            #expect(try await gateway.reply().id == "1")
            // Its place is free again.
            try await gateway.request("2", "GET /short", to: peer)
            #expect(try await gateway.reply().body == "short")
        }
    }

    @Test func `A worker that is stopped takes leave after it has finished`() async throws {
        let gateway = try FakeGateway()
        let gate = Gate()
        var configuration = GatewayWorker.Configuration.patient(2)
        configuration.drainTimeout = .seconds(60)
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: configuration) { _ in
            await gate.wait()
            #expect(!Task.isCancelled)
            return .text("finished")
        }
        try await withWorker(worker) { task in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            // Its READY has been answered by a request, but has the request been taken? An answer to a second one says so.
            try await gateway.send(.request(id: "probe", ["no head"]), to: peer)
            #expect(try await gateway.reply().id == "probe")
            task.cancel()
            #expect(try await gateway.receiveTelling().command == .drain)
            // On its way before the gateway has read DRAIN.
            try await gateway.request("2", to: peer)
            gate.open()
            var answered: Set<Frame> = []
            for _ in 0..<2 {
                let reply = try await gateway.reply()
                #expect(reply.body == "finished")
                answered.insert(reply.id)
            }
            #expect(answered == ["1", "2"])
            #expect(try await gateway.receiveTelling().command == .disconnect)
            try await task.value
        }
    }

    @Test func `A worker that is stopped does not wait for ever`() async throws {
        let gateway = try FakeGateway()
        let gate = Gate()
        let started = Gate()
        let worker = GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: .patient()) { _ in
            started.open()
            // Deaf to cancellation.
            await gate.wait()
            return .text("too late")
        }
        try await withWorker(worker) { task in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            await started.wait()
            task.cancel()
            #expect(try await gateway.receiveTelling().command == .drain)
            #expect(try await gateway.receiveTelling().command == .disconnect)
            try await task.value
            gate.open()
        }
    }

    @Test func `A worker that finds no gateway can be stopped`() async throws {
        let gateway = try FakeGateway()
        try gateway.router.unbind(gateway.endpoint)
        let worker = GatewayWorker(
            service: "s", endpoints: [gateway.endpoint], configuration: beating(every: .milliseconds(200), liveness: 5),
            context: gateway.context, handler: { _ in .text("") })
        let task = Task { try await worker.run() }
        task.cancel()
        try await task.value
    }

    @Test func `What no waiting can cure is thrown`() async throws {
        func run(_ service: String, _ endpoint: String, _ concurrency: Int = 1) async throws {
            try await GatewayWorker(
                service: service, endpoints: ["tcp://127.0.0.1:9", endpoint], configuration: .patient(concurrency),
                handler: { _ in .text("") }
            ).run()
        }
        await #expect(throws: WorkerProtocolError.self) { try await run("mmi.service", "tcp://127.0.0.1:9") }
        await #expect(throws: WorkerProtocolError.self) { try await run("s", "tcp://127.0.0.1:9", 0) }
        await #expect(throws: ZMQError.self) { try await run("s", "no endpoint") }
    }
}
