import GatewayWorker
import HTTPTypes
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite(.timeLimit(.minutes(5))) struct StreamTests {
    private struct Failure: Error {}

    private func worker(
        _ gateway: FakeGateway, _ body: @escaping @Sendable () -> WorkerResponseBody
    ) -> GatewayWorker {
        GatewayWorker(service: "s", endpoints: [gateway.endpoint], configuration: .patient()) { _ in
            WorkerResponse(headerFields: [.contentType: "text/event-stream"], body: body())
        }
    }

    /// The next command, which must be a piece of a stream.
    private func piece(_ gateway: FakeGateway) async throws -> BodyFrames {
        let command = try await gateway.receiveTelling().command
        guard case .partial(_, let frames) = command else { throw FakeGateway.Unexpected(command: command) }
        return frames
    }

    @Test func `A sequence is sent piece by piece as it comes`() async throws {
        let gateway = try FakeGateway()
        let (pieces, source) = AsyncStream.makeStream(of: Frame.self)
        try await withWorker(worker(gateway) { .stream(pieces) }) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            source.yield("one")
            let first = try WorkerReply(reading: try await piece(gateway))
            #expect(first.head.fields.contains { $0.value == "text/event-stream" })
            #expect(first.body == "one")
            source.yield("two")
            #expect(try await piece(gateway) == ["two"])
            source.finish()
            #expect(try await gateway.receiveTelling().command == .final(request: "1", [""]))
        }
    }

    @Test func `A stream without pieces is a whole reply`() async throws {
        let gateway = try FakeGateway()
        try await withWorker(worker(gateway) { .stream { _ in } }) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            let reply = try await gateway.reply()
            #expect(reply.head.status == 200)
            #expect(reply.body.isEmpty)
        }
    }

    @Test func `A stream is sent no faster than the gateway grants`() async throws {
        let gateway = try FakeGateway()
        try await withWorker(worker(gateway) { .stream { try await $0.write("abcdefghij") } }) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", fields: "x-stream-credit: 4\r\n", to: peer)
            #expect(try await piece(gateway).last == "abcd")
            try await gateway.send(.credit(id: "1", bytes: 1), to: peer)
            #expect(try await piece(gateway) == ["e"])
            try await gateway.send(.credit(id: "1", bytes: 100), to: peer)
            #expect(try await piece(gateway) == ["fghij"])
            #expect(try await gateway.receiveTelling().command == .final(request: "1", [""]))
        }
    }

    @Test func `A stream that waits for credit can be cancelled`() async throws {
        let gateway = try FakeGateway()
        try await withWorker(worker(gateway) { .stream { try await $0.write("abc") } }) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", fields: "x-stream-credit: 1\r\n", to: peer)
            #expect(try await piece(gateway).last == "a")
            try await gateway.send(.cancel(id: "1"), to: peer)
            #expect(try await gateway.receiveTelling().command == .final(request: "1", [""]))
        }
    }

    @Test func `A stream that fails before its first piece becomes a 500`() async throws {
        let gateway = try FakeGateway()
        try await withWorker(worker(gateway) { .stream { _ in throw Failure() } }) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            #expect(try await gateway.reply().head.status == 500)
        }
    }

    @Test func `A stream that breaks off is given up at once, and its place is free`() async throws {
        let gateway = try FakeGateway()
        let broken = worker(gateway) {
            .stream { writer in
                try await writer.write("half")
                throw Failure()
            }
        }
        try await withWorker(broken) { _ in
            let peer = try await gateway.accept()
            for id in ["1", "2"] as [Frame] {
                try await gateway.request(id, to: peer)
                #expect(try await piece(gateway).last == "half")
                let command = try await gateway.receiveTelling().command
                guard case .abort(id, let reason) = command else { throw FakeGateway.Unexpected(command: command) }
                #expect(!reason.isEmpty)
            }
        }
    }

    @Test func `A stream whose client is gone ends as always, although it throws`() async throws {
        let gateway = try FakeGateway()
        let endless = worker(gateway) {
            .stream { writer in
                try await writer.write("half")
                try await waitForCancellation()
            }
        }
        try await withWorker(endless) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", to: peer)
            #expect(try await piece(gateway).last == "half")
            try await gateway.send(.cancel(id: "1"), to: peer)
            #expect(try await gateway.receiveTelling().command == .final(request: "1", [""]))
        }
    }

    @Test func `The reply to HEAD streams nothing`() async throws {
        let gateway = try FakeGateway()
        try await withWorker(worker(gateway) { .stream { try await $0.write("abc") } }) { _ in
            let peer = try await gateway.accept()
            try await gateway.request("1", "HEAD /", to: peer)
            #expect(try await gateway.reply().body.isEmpty)
        }
    }
}
