#if GatewayWorker
import ServiceLifecycle
#endif

/// Does something, and cancels it when the `ServiceGroup` in which it runs shuts down gracefully. The gateway's own workers,
/// which are built without the trait of workers, run in none.
nonisolated(nonsending) func cancelledByGracefulShutdown<Result: Sendable>(
    _ body: @Sendable @escaping () async -> Result
) async -> Result {
    #if GatewayWorker
    await cancelWhenGracefulShutdown(body)
    #else
    await body()
    #endif
}
