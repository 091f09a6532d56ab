import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Stands for the client's connection, which ends at the gateway, where a context asks for a channel.
///
/// It tells that connection's remote address and an event loop. All that would do something to the connection fails with
/// `ChannelError.operationUnsupported`. One is made for each request, so that it does nothing until it is asked.
final class RelayedChannel: Channel {
    /// Completed when the request is over and nobody holds the channel any more.
    private let closing = NIOLockedValueBox<EventLoopPromise<Void>?>(nil)
    private let peerAddress: String?

    init(peerAddress: String?) {
        self.peerAddress = peerAddress
    }

    deinit {
        closing.withLockedValue { $0 }?.succeed()
    }

    var remoteAddress: SocketAddress? {
        // Nil too for what is no IP address, such as the gateway's word for a client that it does not know.
        peerAddress.flatMap { try? SocketAddress(ipAddress: $0, port: 0) }
    }

    var localAddress: SocketAddress? { nil }
    var parent: (any Channel)? { nil }
    var isActive: Bool { true }
    var isWritable: Bool { false }
    var allocator: ByteBufferAllocator { ByteBufferAllocator() }
    var eventLoop: any EventLoop { Self.loop }
    var _channelCore: any ChannelCore { self }

    private static let loop = MultiThreadedEventLoopGroup.singleton.any()

    var closeFuture: EventLoopFuture<Void> {
        closing.withLockedValue { closing in
            if let closing { return closing.futureResult }
            let promise = eventLoop.makePromise(of: Void.self)
            closing = promise
            return promise.futureResult
        }
    }

    /// One for all, which leads nowhere: a pipeline and its channel hold each other until the channel is closed, and
    /// these are not.
    var pipeline: ChannelPipeline { Self.deadEnd }

    private static let deadEnd = ChannelPipeline(channel: RelayedChannel(peerAddress: nil))

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
}

extension RelayedChannel: ChannelCore {
    func localAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }

    func remoteAddress0() throws -> SocketAddress {
        guard let remoteAddress else { throw ChannelError.operationUnsupported }
        return remoteAddress
    }

    func register0(promise: EventLoopPromise<Void>?) { refuse(promise) }
    func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) { refuse(promise) }
    func bind0(to address: SocketAddress, promise: EventLoopPromise<Void>?) { refuse(promise) }
    func connect0(to address: SocketAddress, promise: EventLoopPromise<Void>?) { refuse(promise) }
    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) { refuse(promise) }
    func flush0() {}
    func read0() {}
    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) { refuse(promise) }
    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) { refuse(promise) }
    func channelRead0(_ data: NIOAny) {}
    func errorCaught0(error: any Error) {}

    private func refuse(_ promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
}
