import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

/// What comes to a port of HTTPS and is no TLS.
@Suite struct TLSEdgeTests {
    @Test(arguments: ["HEAD", "HEADS", "H", "GET"])
    func `Plain HTTP gets an answer that fits its method, however its bytes come`(method: String) throws {
        let channel = EmbeddedChannel()
        let loop = FrontLoop(
            index: 0, eventLoop: channel.eventLoop, settings: HTTPSettings(), router: Published(RequestRouter()),
            services: ServiceDirectory(), dispatcher: RecordingDispatcher(), observer: nil)
        try channel.pipeline.syncOperations.addHandler(TLSEdgeHandler(on: loop))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        for byte in "\(method) / HTTP/1.1\r\nhost: h\r\n\r\n".utf8 {
            try channel.writeInbound(ByteBuffer(bytes: [byte]))
        }
        var answer: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { answer += buffer.readableBytesView }
        let (response, count) = try #require(RawResponse.read(answer, isHead: method == "HEAD"))
        #expect(response.status == 400 && response.has("content-length"))
        #expect(count == answer.count, "\(String(decoding: answer, as: UTF8.self))")
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
