#if GatewayWorker
public import ServiceLifecycle
public import UnixSignals

extension GatewayWorker: Service {
    /// Serves until the process is told to stop by a signal, and drains then.
    ///
    /// A program that has further services, such as a pool of connections to a database, makes a `ServiceGroup` of its
    /// own, in which the worker comes after what it needs.
    ///
    /// - Parameter gracefulShutdownSignals: the signals; SIGTERM and SIGINT by default.
    /// - Throws: what ``run()`` throws.
    public func runService(gracefulShutdownSignals: [UnixSignal] = [.sigterm, .sigint]) async throws {
        let group = ServiceGroup(
            services: [self], gracefulShutdownSignals: gracefulShutdownSignals, logger: logger)
        try await group.run()
    }
}
#endif
