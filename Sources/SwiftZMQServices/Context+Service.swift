public import ServiceLifecycle
public import SwiftZMQ

extension Context: Service {
    /// Waits for a graceful shutdown, or its cancellation, and shuts the context down.
    ///
    /// Give a `ServiceGroup` the context before the services that use its sockets: the group ends its services in the
    /// opposite order, so that the sockets are open until the last of them has ended. What they have sent leaves as
    /// `Context.shutdown()` says.
    public func run() async throws {
        // Cancelled, it ends in the same way.
        try? await gracefulShutdown()
        await shutdown()
    }
}
