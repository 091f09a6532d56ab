public import GatewayWorker
public import Hummingbird
public import Logging

extension ApplicationRequestContextSource: WorkerContextSource {
    /// Makes the source for one request that has come from the gateway.
    ///
    /// Its channel is no connection and carries no data, but knows who is connected to the gateway: `remoteAddress` is
    /// `WorkerRequest.peerAddress` with port 0, as the gateway tells no port.
    public init(request: WorkerRequest, logger: Logger) {
        self.init(channel: RelayedChannel(peerAddress: request.peerAddress), logger: logger)
    }
}
