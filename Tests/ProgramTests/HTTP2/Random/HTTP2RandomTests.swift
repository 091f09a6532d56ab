import Foundation
import ProcessSupport
import Testing

/// What nobody thought of: clients that do what they like, and frames in which bytes are changed. A seed is
/// told with each failure; `HTTP2_SEED` takes it again, and `HTTP2_CLIENTS` says how many clients there are.
@Suite(.serialized, .timeLimit(.minutes(5)), .oneHTTP2Gateway) struct HTTP2RandomTests {
    static func number(_ name: String, _ otherwise: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? otherwise
    }

    private static let seed = number("HTTP2_SEED", .random(in: 1...1_000_000))
    private static let clients = number("HTTP2_CLIENTS", 20)

    /// Runs something for each seed, eight at a time, each on a thread of its own.
    private func forEachSeed(count: UInt64, _ body: @escaping @Sendable (UInt64) throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= 8 { try await group.next() }
                let seed = Self.seed &+ number
                group.addTask {
                    do {
                        try await HTTP2Gateway.onThread { try body(seed) }
                    } catch {
                        Issue.record("HTTP2_SEED=\(seed): \(error)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `What a client does on one stream is nothing to its others, whatever it does`() async throws {
        let port = try #require(OneHTTP2Gateway.current).port
        try await forEachSeed(count: Self.clients) { seed in
            try RandomClient(port: port, seed: seed).run(steps: 300)
        }
    }

    /// What a client may well send, end to end.
    private static func conversation(_ random: inout SplitMix) -> [UInt8] {
        var frames: [RawFrame] = [.settings(.initialWindowSize(UInt32.random(in: 0...100_000, using: &random)))]
        for number in 0..<UInt32.random(in: 1...6, using: &random) {
            let stream = 2 * number + 1
            switch Int.random(in: 0..<6, using: &random) {
            case 0: frames.append(.headers(stream, HeaderBlock.request().bytes, padding: 7))
            case 1:
                let head = HeaderBlock.request("POST", "/probe/echo", fields: [("content-length", "6")]).bytes
                frames += [.headers(stream, head, end: false), .data(stream, [1, 2, 3], end: false, padding: 3)]
                frames += [.data(stream, [4, 5, 6], end: false), .headers(stream, HeaderBlock([("x-t", "a")]).bytes)]
            case 2:
                let head = HeaderBlock.request("GET", "/probe/stream/40000").bytes
                frames += [
                    .headers(stream, Array(head[..<9]), complete: false), .continuation(stream, Array(head[9...])),
                    .windowUpdate(stream, 4000),
                ]
            case 3: frames += [.headers(stream, HeaderBlock.request("GET", "/probe/hold/x").bytes), .reset(stream)]
            case 4:
                var head = HeaderBlock([(":method", "GET"), (":scheme", "http")], .incremental)
                head.add(nameAt: 4, "/probe/head", .incremental)
                head.add(index: 63)
                head.add("cookie", "a=b", .never)
                frames.append(.headers(stream, head.bytes, dependency: RawFrame.Dependency(weight: 3)))
            default: frames += [.ping(number), .priority(stream + 6), .windowUpdate(0, 7), .settings()]
            }
        }
        return HTTP2Client.preface + frames.flatMap(\.bytes)
    }

    private static func mutated(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            let place = Int.random(in: 24..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 3: bytes.remove(at: place)
            case 4: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            default: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
            }
        }
        return bytes
    }

    @Test func `Frames in which bytes are changed hurt nobody else`() async throws {
        let gateway = try #require(OneHTTP2Gateway.current)
        let port = gateway.port
        try await forEachSeed(count: Self.clients * 50) { seed in
            var random = SplitMix(seed: seed)
            let socket = try RawSocket(port: port)
            let bytes = Self.mutated(Self.conversation(&random), &random)
            _ = socket.write(bytes[...])
            // As long as something comes, and not much longer.
            while socket.wait(until: .now + .milliseconds(15), writing: false) == .readable {
                if case .end = socket.read() { break }
            }
            socket.end(byReset: Bool.random(using: &random))
        }
        // Else it would say nothing of the gateway that it is not there.
        try #require(gateway.worker.errors.soFar == [])
        try await gateway.withClient { client in
            for step in [Step.request(), .answer(), .pong()] { try step.run(client) }
        }
        #expect(gateway.gateway.program.errors.soFar.allSatisfy { !$0.contains("Fatal error") })
    }
}
