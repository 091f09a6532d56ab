import Gateway
import Glibc
import NIOConcurrencyHelpers
import SwiftZMQ
import Testing
import WorkerProtocol

/// Answers that wait for those before them.
@Suite(.timeLimit(.minutes(5))) struct `Answers that wait` {
    /// Counts the bytes of replies that somebody still has.
    private final class Held: Sendable {
        private let count = NIOLockedValueBox(0)

        func reply(_ size: Int, _ byte: UInt8) -> Frame {
            count.withLockedValue { $0 += size }
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
            if let start = bytes.baseAddress { memset(start, Int32(byte), size) }
            return Frame(handingOver: UnsafeRawBufferPointer(bytes)) { bytes in
                bytes.deallocate()
                self.count.withLockedValue { $0 -= size }
            }
        }

        var bytes: Int { count.withLockedValue { $0 } }
    }

    /// - Parameter isStreamed: whether the answers are streams, of one large piece each.
    @Test(arguments: [false, true])
    func `take no more memory than the settings allow, and arrive whole all the same`(isStreamed: Bool) async throws {
        var settings = HTTPSettings()
        settings.responseBuffer = 64 << 10
        // The client reads once everything else is done, however long that takes.
        settings.idleTimeout = .seconds(600)
        let size = 1 << 20
        let dispatcher = FakeDispatcher()
        let held = Held()
        try await withServer(dispatcher, settings: settings) { _, port in
            let client = try await RawClient.connect(to: port, reads: false, receiveBuffer: 4096)
            try await client.send((0..<16).map { "GET /a/\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
            func answer(_ request: GatewayRequest) throws {
                let number = try #require(try RequestHead(reading: request.head).target.split(separator: "/").last)
                let body = held.reply(size, UInt8(number) ?? 255)
                if isStreamed {
                    dispatcher.send(.begin(.plainText, piece: body), .end(""), for: request)
                } else {
                    dispatcher.send(.reply(.plainText, body: body), for: request)
                }
            }
            let first = await dispatcher.request()
            for _ in 1..<16 { try answer(await dispatcher.request()) }
            while held.bytes > 4 * settings.responseBuffer { await Task.yield() }
            try answer(first)
            // The first, and what may wait beside it.
            while held.bytes > size + 4 * settings.responseBuffer { await Task.yield() }
            let answering = Task { while true { try answer(await dispatcher.request()) } }
            try await client.startReading()
            for index in 0..<16 {
                let response = try await client.response()
                #expect(response.body.count == size && response.body.first == UInt8(index))
            }
            answering.cancel()
            await client.close()
        }
    }

    @Test func `begin, as streams, when the client has taken most of those before them`() async throws {
        var settings = HTTPSettings()
        settings.responseBuffer = 64 << 10
        // The client reads once everything else is done, however long that takes.
        settings.idleTimeout = .seconds(600)
        // The kernel takes a part of the first.
        let sizes = [12 << 20, 1 << 20]
        let dispatcher = FakeDispatcher()
        let held = Held()
        try await withServer(dispatcher, settings: settings) { server, port in
            let client = try await RawClient.connect(to: port, reads: false, receiveBuffer: 4096)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            let requests = [await dispatcher.request(), await dispatcher.request()]
            for (request, size) in zip(requests, sizes) {
                dispatcher.send(.begin(.plainText, piece: held.reply(size, 0x61)), .end(""), for: request)
            }
            // Its turn on the event loop comes after that of the answers.
            await server.setSettings(settings)
            // The first is copied for the kernel, and then given back.
            while held.bytes > sizes[1] { await Task.yield() }
            #expect(held.bytes == sizes[1])
            try await client.startReading()
            for size in sizes { #expect(try await client.response().body.count == size) }
            await client.close()
        }
    }

    @Test func `are not lost to one that overruns behind them`() async throws {
        var settings = HTTPSettings()
        settings.responseBuffer = 64 << 10
        // The client reads once everything else is done, however long that takes.
        settings.idleTimeout = .seconds(600)
        let dispatcher = FakeDispatcher()
        try await withServer(dispatcher, settings: settings) { _, port in
            let client = try await RawClient.connect(to: port, reads: false, receiveBuffer: 4096)
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            let first = await dispatcher.request()
            let second = await dispatcher.request()
            let piece = Frame([UInt8](repeating: 0x61, count: 16 << 10))
            dispatcher.send(.begin(.plainText, piece: piece), for: second)
            while dispatcher.cancelledCount == 0 {
                dispatcher.send(.piece(piece), for: second)
                await Task.yield()
            }
            let body = [UInt8](repeating: 0x62, count: 6_000_000)
            dispatcher.send(.reply(.plainText, body: Frame(body)), for: first)
            try await client.startReading()
            let isWhole = try await client.response().body == body
            #expect(isWhole)
            _ = try? await client.end()
            #expect(client.received.isEmpty)
            await client.close()
        }
    }
}
