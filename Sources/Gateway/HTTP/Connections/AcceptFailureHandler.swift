import NIOCore
import NIOPosix

/// Hears on a listener that nothing could be accepted: of what is not accepted nobody else does.
final class AcceptFailureHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let pause: AcceptPause
    private let connections: ConnectionLimit

    /// - Parameter connections: counts the connections of the listener.
    init(_ pause: AcceptPause, _ connections: ConnectionLimit) {
        self.pause = pause
        self.connections = connections
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        pause.failed(with: error, connections)
        context.fireErrorCaught(error)
    }
}

extension ServerBootstrap {
    /// Lets the listener pause where it cannot accept. It has to be added to the pause.
    func pausing(by pause: AcceptPause, _ connections: ConnectionLimit) -> ServerBootstrap {
        serverChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(AcceptFailureHandler(pause, connections))
            }
        }
    }
}
