#if HummingbirdWorker
import GatewayWorker
import HTTPTypes
import Hummingbird
import HummingbirdWorker
import NIOCore
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(5))) struct StreamTests {
    struct Failure: Error {}

    private func router(
        length: Int? = nil, _ write: @escaping @concurrent @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Router<BasicRequestContext> {
        let router = Router()
        router.get("stream") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: ResponseBody(contentLength: length, write))
        }
        return router
    }

    @Test func `The head comes before the first piece, and each piece before the next`() async throws {
        let one = Signal()
        let two = Signal()
        let router = router { writer in
            await one.wait()
            try await writer.write(ByteBuffer(string: "one"))
            await two.wait()
            try await writer.write(ByteBuffer())
            try await writer.write(contentsOf: [ByteBuffer(string: "two"), ByteBuffer(string: "three")])
            try await writer.finish([.eTag: "left out"])
        }
        try await Shop.serve(router) { shop in
            let exchange = try await shop.begin(.GET, "/stream")
            let head = try await exchange.head()
            #expect(head.headers.first(name: "content-type") == "text/event-stream")
            #expect(head.headers.first(name: "transfer-encoding") == "chunked")
            one.send()
            #expect(try await exchange.piece() == "one")
            two.send()
            #expect(try await exchange.text() == "twothree")
            #expect(exchange.trailers == nil)
        }
    }

    @Test func `A sequence is streamed`() async throws {
        let router = Router()
        router.get("stream") { _, _ in
            let pieces = AsyncStream { continuation in
                for number in 0..<5 { continuation.yield(ByteBuffer(string: "\(number)\n")) }
                continuation.finish()
            }
            return Response(status: .ok, body: ResponseBody(asyncSequence: pieces))
        }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.GET, "/stream")
            #expect(answer.text == "0\n1\n2\n3\n4\n")
        }
    }

    @Test func `A long body arrives complete`() async throws {
        let piece = String(repeating: "0123456789abcdef", count: 4096)
        let router = router(length: 100 * piece.utf8.count) { writer in
            for _ in 0..<100 { try await writer.write(ByteBuffer(string: piece)) }
            try await writer.finish(nil)
        }
        try await Shop.serve(router) { shop in
            let exchange = try await shop.begin(.GET, "/stream")
            let text = try await exchange.text()
            #expect(text.utf8.count == 100 * piece.utf8.count)
            #expect(text.hasPrefix(piece) && text.hasSuffix(piece))
        }
    }

    // MARK: Bodies that fail

    enum Flaw: String, CaseIterable {
        case throwsAtOnce, throwsInTheMiddle, isNotFinished, isTooShort, isTooLong

        @concurrent func write(_ writer: inout any ResponseBodyWriter) async throws {
            switch self {
            case .throwsAtOnce: throw Failure()
            case .throwsInTheMiddle:
                try await writer.write(ByteBuffer(string: "half"))
                throw Failure()
            case .isNotFinished: try await writer.write(ByteBuffer(string: "12345678"))
            case .isTooShort:
                try await writer.write(ByteBuffer(string: "1234567"))
                try await writer.finish(nil)
            case .isTooLong:
                try await writer.write(ByteBuffer(string: "123456789"))
                try await writer.finish(nil)
            }
        }
    }

    @Test(arguments: Flaw.allCases)
    func `A short body that fails becomes a 500`(flaw: Flaw) async throws {
        try await Shop.serve(router(length: 8) { try await flaw.write(&$0) }) { shop in
            let answer = try await shop.ask(.GET, "/stream")
            #expect(answer.status == 500)
            #expect(answer["content-type"] == "application/problem+json")
        }
    }

    @Test(arguments: [Flaw.throwsAtOnce, .throwsInTheMiddle, .isNotFinished])
    func `A stream that fails is never completed`(flaw: Flaw) async throws {
        let router = router { try await flaw.write(&$0) }
        try await Shop.serve(router, streamIdleTimeout: .seconds(2)) { shop in
            let exchange = try await shop.begin(.GET, "/stream")
            #expect(try await exchange.head().status == .ok)
            await #expect(throws: HTTPExchange.Cut.self) { try await exchange.text() }
        }
    }

    @Test func `A stream of known length that is too short is never completed`() async throws {
        let router = router(length: 2 << 20) { writer in
            try await writer.write(ByteBuffer(string: "short"))
            try await writer.finish(nil)
        }
        try await Shop.serve(router, streamIdleTimeout: .seconds(2)) { shop in
            let exchange = try await shop.begin(.GET, "/stream")
            await #expect(throws: HTTPExchange.Cut.self) { try await exchange.text() }
        }
    }

    @Test func `A stream of known length that fails before its first piece becomes a 500`() async throws {
        try await Shop.serve(router(length: 2 << 20) { _ in throw Failure() }) { shop in
            let answer = try await shop.ask(.GET, "/stream")
            #expect(answer.status == 500)
        }
    }

    // MARK: Clients that go away

    @Test func `A handler is cancelled when its client goes away`() async throws {
        let begun = Signal()
        let cancelled = Signal()
        let router = Router()
        router.get("long") { _, _ in
            begun.send()
            do { try await waitForCancellation() } catch { cancelled.send() }
            return "too late"
        }
        router.get("next") { _, _ in "served" }
        try await Shop.serve(router) { shop in
            let exchange = try await shop.begin(.GET, "/long")
            await begun.wait()
            exchange.close()
            await cancelled.wait()
            #expect(try await shop.ask(.GET, "/next").text == "served")
        }
    }

    @Test func `A body is cancelled when its client goes away`() async throws {
        let cancelled = Signal()
        let router = router { writer in
            do {
                while true { try await writer.write(ByteBuffer(string: "and so on ")) }
            } catch {
                cancelled.send()
                throw error
            }
        }
        try await Shop.serve(router) { shop in
            let exchange = try await shop.begin(.GET, "/stream")
            #expect(try await exchange.piece()?.hasPrefix("and so on ") == true)
            exchange.close()
            await cancelled.wait()
        }
    }
}
#endif
