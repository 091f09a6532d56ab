/// Makes a context for as long as a body runs, and shuts it down afterwards.
///
/// ```swift
/// try await withContext { context in
///     let request = try Request(context)
///     try request.connect("tcp://127.0.0.1:5555")
///     print(try await request.request("Ada", timeout: .seconds(2)))
/// }
/// ```
///
/// However the body ends, by returning, by an error or by the cancellation of its task, the context's sockets are closed
/// and this waits until what was sent has left or its linger period is over: 10 seconds at most, unless a socket was given
/// another ``SocketOptionNames/linger``. A socket that outlives the body throws ``ZMQError`` with `.terminated`.
///
/// - Parameters:
///   - ioThreads: as for ``Context/init(ioThreads:maxSockets:executor:configure:)``.
///   - maxSockets: as for ``Context/init(ioThreads:maxSockets:executor:configure:)``.
///   - executor: as for ``Context/init(ioThreads:maxSockets:executor:configure:)``.
///   - configure: sets the other options, such as `{ $0.usesIPv6 = true }`.
///   - body: what uses the context.
/// - Returns: what the body returned.
/// - Throws: what the body threw, and as ``Context/init(ioThreads:maxSockets:executor:configure:)``.
public nonisolated(nonsending) func withContext<Result>(
    ioThreads: Int = 1, maxSockets: Int = 1023, executor: SocketExecutor? = nil,
    configure: (inout ContextOptions) -> Void = { _ in },
    _ body: nonisolated(nonsending) (Context) async throws -> Result
) async throws -> Result {
    let context = try Context(
        ioThreads: ioThreads, maxSockets: maxSockets, executor: executor, configure: configure)
    do {
        let result = try await body(context)
        await context.shutdown()
        return result
    } catch {
        await context.shutdown()
        throw error
    }
}
