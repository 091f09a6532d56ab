import Testing

/// How much memory a client can cost.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HTTP2MemoryTests {
    /// How a client gets a lot and reads nothing.
    enum Greed: String, CaseIterable, Sendable {
        case `streams under credit, no window`
        case `streams without credit, no window`
        case `whole replies, no window`
        case `streams under credit, every window, and the socket is never read`
        case `streams without credit, every window, and the socket is never read`
        case `whole replies, every window, and the socket is never read`

        var path: String {
            switch self {
            case .`streams under credit, no window`,
                .`streams under credit, every window, and the socket is never read`:
                "/probe/stream/20000000"
            case .`streams without credit, no window`,
                .`streams without credit, every window, and the socket is never read`:
                "/plain/stream/4000000"
            case .`whole replies, no window`, .`whole replies, every window, and the socket is never read`:
                "/probe/bytes/4000000"
            }
        }

        var window: UInt32 { rawValue.contains("no window") ? 0 : 0x7FFF_FFFF }
    }

    /// Sixty streams of megabytes, of which the gateway may hold four times `--response-buffer`.
    @Test(arguments: Greed.allCases)
    func `A client that does not read costs no more memory than the options say`(greed: Greed) async throws {
        let gateway = try await HTTP2Gateway("--response-buffer", "256KiB")
        try await gateway.withClient { other in
            for step in [Step.request(), .answer(), .request(3, "GET", "/probe/bytes/1000000"), .answer(3)] {
                try step.run(other)
            }
        }
        let before = try gateway.residentMemory()
        let most = try await gateway.withClient(
            settings: [.initialWindowSize(greed.window)], receiveBuffer: 4096
        ) { client in
            client.givesRoom = false
            if greed.window > 0 { try client.send(.windowUpdate(0, 0x7FFF_FFFF - 65_535)) }
            for number in 0..<60 { try Step.request(UInt32(2 * number + 1), "GET", greed.path).run(client) }
            // Others are served meanwhile; what they ask last is asked after all of that.
            let other = try HTTP2Client(port: client.port)
            var most = 0
            for number in 0..<40 {
                for step in [
                    Step.request(UInt32(2 * number + 1), "GET", "/probe/bytes/100000"), .answer(UInt32(2 * number + 1)),
                ] { try step.run(other) }
                most = max(most, try gateway.residentMemory())
            }
            return most
        }
        #expect(most - before < 48 << 20, "\((most - before) >> 20) MiB")
    }

    @Test func `Bombs and floods leave no memory behind`() async throws {
        let gateway = try await HTTP2Gateway()
        let port = gateway.port
        let attacks =
            HTTP2Case.floods.filter { $0.name.contains("ends the connection") }
            + HTTP2Case.limits.filter { $0.name.contains("by its index") || $0.name.contains("by their index") }
        func round() async throws {
            for attack in attacks { try await HTTP2Gateway.onThread { try attack.run(port: port) } }
        }
        try await round()
        let before = try gateway.residentMemory()
        for _ in 0..<5 { try await round() }
        let growth = try gateway.residentMemory() - before
        #expect(growth < 24 << 20, "\(growth >> 20) MiB")
    }
}
