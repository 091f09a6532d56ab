import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// What the gateway is measured against: a server that does nothing but answer, on the same HTTP library.
///
/// It prints `listening on http://127.0.0.1:PORT` and ends when its standard input does.
@main
enum BareHTTP {
    static func main() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(AnswerHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        guard let port = server.localAddress?.port else { return }
        print("listening on http://127.0.0.1:\(port)")
        fflush(nil)
        try await NIOThreadPool.singleton.runIfActive {
            while readLine() != nil {}
        }
        try await server.close()
    }
}
