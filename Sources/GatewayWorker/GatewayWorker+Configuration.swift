public import SwiftZMQ
import WorkerProtocol

extension GatewayWorker {
    /// How a worker works.
    public struct Configuration: Sendable {
        /// How many requests of each gateway are worked on at once: 1 … 1024, default 1.
        public var concurrency = 1

        /// How often each side says that it lives; the same value as the gateway's `--heartbeat`. Default 1 second.
        public var heartbeatInterval = Duration.seconds(1)

        /// After how many heartbeat intervals without a word a gateway counts as gone. Default 3.
        public var heartbeatLiveness = 3

        /// The pause before the first attempt to reach a gateway again; doubled with each further one. Default 100 ms.
        public var initialReconnectDelay = Duration.milliseconds(100)

        /// The pause up to which the delay grows. Default 5 seconds.
        public var maximumReconnectDelay = Duration.seconds(5)

        /// How long the requests at hand may take after the worker has been told to stop. Default 30 seconds.
        public var drainTimeout = Duration.seconds(30)

        /// How many bytes of what a WebSocket's client sends may lie here untaken, in messages as a whole.
        ///
        /// Nil, the default, is the gateway's `--max-message`: whatever it lets through fits. Less than that, and a larger
        /// message waits at the gateway for ever; more lets a client be further ahead.
        public var webSocketCredit: Int?

        /// Where the handler runs.
        ///
        /// `globalConcurrentExecutor`, the default, has a thread for each core, and a handler that computes for long
        /// keeps no heartbeat from being sent. For handlers that never block and are done within microseconds,
        /// `SocketExecutor.shared` saves each request two changes of threads: it is the thread that receives.
        public var handlerExecutor: any TaskExecutor = globalConcurrentExecutor

        /// How the connections to the gateways are secured: `.curveClient(keys, server: key)` for gateways that were
        /// given a `--curve-secret-key`. Default `.none`.
        public var security = SocketSecurity.none

        /// Sets further options of each new socket before it connects.
        public var socketOptions: @Sendable (inout SocketOptions<Dealer>) throws -> Void = { _ in }

        /// The default configuration.
        public init() {}

        /// The default configuration with another concurrency.
        public init(concurrency: Int) {
            self.concurrency = concurrency
        }

        var properties: WorkerProperties {
            WorkerProperties(concurrency: concurrency, wantsCancel: true, wantsCredit: true, mayDrain: true)
        }
    }
}
