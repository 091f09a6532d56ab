import SwiftZMQ
import Testing

/// Waits for connections that nobody observed when they were made or given up.
@Suite(.timeLimit(.minutes(5))) struct GivenUpConnectionTests {
    /// Whether a socket comes to have nobody to send to.
    private func becomesLonely(_ socket: some Socket) async throws -> Bool {
        try await eventually { try !socket.readiness.contains(.writable) }
    }

    @Test func `A connection that was given up before anybody looked ends the wait with the reason`() async throws {
        let context = try Context()
        func check<Client: SendingSocket>(
            _ makeServer: () throws -> some Socket, _ makeClient: () throws -> Client
        ) async throws {
            // A client that finds the connection closed before it has read why does not give up, but tries again for ever.
            for _ in 0..<20 {
                let (server, client) = (try makeServer(), try makeClient())
                try client.setOption(\.linger, to: .zero)
                let endpoint = try server.bind("tcp://127.0.0.1:*")
                try client.connect(endpoint)
                guard try await eventually(within: .seconds(2), { try !client.readiness.contains(.writable) }) else {
                    continue
                }
                for _ in 0..<2 {
                    let error = await #expect(throws: ZMQError.self) {
                        try await client.connectAndWait(endpoint, timeout: .seconds(20))
                    }
                    #expect(error?.code == .protocolError && error?.endpoint == endpoint, "\(Client.self)")
                }
                return
            }
            Issue.record("no \(Client.self) was refused in a way that it could read")
        }
        try await check({ try Reply(context) }, { try Push(context) })
        try await check({ try Pull(context) }, { try Dealer(context) })
        try await check({ try Publisher(context) }, { try Request(context) })
        try await check({ try Reply(context) }, { try Pair(context) })
        await context.shutdown()
    }

    @Test func `A client that was refused before anybody looked learns it, and is let in by the next wait`()
        async throws
    {
        let site = try RefusalTests.Site(.denied("no"))
        try site.client.connect(site.endpoint)
        // What is sent to one who refuses is lost, and is no sign of a connection.
        _ = try site.client.trySend("lost")
        #expect(try await becomesLonely(site.client))
        let refusal = await code { try await site.client.connectAndWait(site.endpoint, timeout: .seconds(20)) }
        #expect(refusal == .accessDenied)
        site.decision.withLock { $0 = .admitted(userID: "ada") }
        try await site.client.connectAndWait(site.endpoint, timeout: .seconds(20))
        try await site.client.send("hello")
        #expect(try await site.pull.receive(timeout: .seconds(20)) == ["hello"])
        await site.end()
    }

    @Test func `A full connection that nobody saw being made is left as it is`() async throws {
        let context = try Context()
        let pull = try Pull(context) { $0.receiveHighWaterMark = 1 }
        let push = try Push(context) {
            $0.sendHighWaterMark = 1
            $0.linger = .zero
        }
        let events = pull.events
        let counting = Task { await events.reduce(into: 0) { $0 += $1.kind == .accepted ? 1 : 0 } }
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        try push.connect(endpoint)
        let long = Frame([UInt8](repeating: 7, count: 1 << 20))
        var sent = 0
        // Full when nothing more has left for a while: what the kernel takes in comes in pieces.
        while try await eventually(within: .milliseconds(500), { try push.trySend(long) }) { sent += 1 }
        try await push.connectAndWait(endpoint, timeout: .seconds(20))
        for _ in 0..<sent {
            let message = try await pull.receive(timeout: .seconds(20))
            #expect(message.first?.count == long.count)
        }
        pull.close()
        #expect(await counting.value == 1)
        await context.shutdown()
    }

    @Test func `An endpoint with options of its own is waited for, and connected again with them`() async throws {
        let context = try Context()
        let keys = try CurveKeyPair.generate()
        let pull = try Pull(context) { $0.security = .curveServer(keys) }
        let push = try Push(context) { $0.linger = .zero }
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        #expect(await code { try await push.connectAndWait(endpoint, timeout: .seconds(20)) } == .protocolError)
        try await push.connectAndWait(endpoint, timeout: .seconds(20)) {
            $0.security = try .curveClient(.generate(), server: keys.publicKey)
        }
        // It is made: no options are needed any more.
        try await push.connectAndWait(endpoint, timeout: .seconds(20))
        try await push.send("x")
        #expect(try await pull.receive(timeout: .seconds(20)) == ["x"])
        #expect(try push.mechanism == .null)
        await context.shutdown()
    }

    @Test func `An endpoint's options that would be ignored are refused before the wait`() async throws {
        let push = try Push(Context()) { $0.linger = .zero }
        let refusal = await code { try await push.connectAndWait("inproc://x") { $0.typeOfService = 8 } }
        #expect(refusal == .invalidArgument)
        #expect(
            await code { try await push.connectAndWait("tcp://127.0.0.1:1") { $0.backlog = 8 } } == .invalidArgument)
        #expect(try push.lastEndpoint == "")
    }
}
