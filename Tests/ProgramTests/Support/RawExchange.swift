import NIOCore
import NIOPosix

/// Bytes sent to a port, and all that comes back until the other side ends the connection.
enum RawExchange {
    static func answer(to text: String, port: Int) async throws -> String {
        try await answer(to: Array(text.utf8), port: port)
    }

    static func answer(to bytes: [UInt8], port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { input, output in
            if !bytes.isEmpty { try await output.write(ByteBuffer(bytes: bytes)) }
            var received = ""
            for try await bytes in input { received += String(buffer: bytes) }
            return received
        }
    }
}
