#if HummingbirdWorker
import NIOCore
import NIOPosix

extension Shop {
    /// Asks for a WebSocket, and says a text in it once it is open.
    ///
    /// - Returns: what came until there was a text in it, or until the WebSocket was refused; the head of the answer first.
    func converse(_ target: String, saying text: String, until expected: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: try port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let lines = [
            "GET \(target) HTTP/1.1", "host: shop.example", "upgrade: websocket", "connection: upgrade",
            "sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
        ]
        // A frame of text as a client writes it: whole, and masked, with zeros here, which leave the bytes as they are.
        let frame = ByteBuffer(bytes: [0x81, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8))
        return try await channel.executeThenClose { input, output in
            try await output.write(ByteBuffer(string: lines.joined(separator: "\r\n")))
            var received = ""
            var isOpen = false
            for try await bytes in input {
                received += String(buffer: bytes)
                if isOpen, received.contains(expected) { break }
                guard !isOpen, received.contains("\r\n\r\n") else { continue }
                guard received.hasPrefix("HTTP/1.1 101 ") else { break }
                isOpen = true
                try await output.write(frame)
            }
            return received
        }
    }
}
#endif
