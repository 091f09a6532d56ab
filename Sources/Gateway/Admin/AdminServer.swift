import NIOCore
import NIOHTTP1
import NIOPosix

/// The administration listener: a plain HTTP/1.1 server of its own, which answers until everything else has ended.
final class AdminServer: Sendable {
    /// The most connections at a time: those of people and scrapers, not of clients.
    private static let maximumConnections = 256
    /// How long a connection may lie idle.
    private static let idleTime = TimeAmount.seconds(60)

    /// Where it listens, with the real port where 0 was asked for.
    let address: ListenAddress
    private let listener: any Channel
    private let pause = AcceptPause(logger: nil)

    /// Binds the address and serves.
    ///
    /// - Throws: when the address cannot be bound.
    init(
        on address: ListenAddress, group: MultiThreadedEventLoopGroup, pages: AdminPages
    ) async throws(GatewayStartError) {
        let limit = ConnectionLimit(Self.maximumConnections)
        let bootstrap = ServerBootstrap(group: group)
            .pausing(by: pause, limit)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let admission = limit.enter()
                guard admission != .dropped else { return channel.close() }
                // Where files run short, those beyond a few are turned away at once: the rest belongs to workers and clients.
                guard admission == .served, AcceptPause.hasRoom(for: channel, among: limit.current) else {
                    limit.leave()
                    return channel.close()
                }
                channel.closeFuture.whenComplete { _ in limit.leave() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: Self.idleTime))
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
                    try pipeline.addHandler(AdminHandler(pages))
                }
            }
        listener = try await bootstrap.listen(on: address, option: "--admin")
        pause.add(listener)
        self.address = ListenAddress(host: address.host, port: listener.localAddress?.port ?? address.port)
    }

    /// Stops listening.
    func stop() async {
        pause.removeAll()
        try? await listener.close()
    }
}
