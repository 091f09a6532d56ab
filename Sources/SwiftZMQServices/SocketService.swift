public import ServiceLifecycle
public import SwiftZMQ

/// Handles the messages of a socket, one after another, as a service of a `ServiceGroup`.
///
/// At a graceful shutdown it takes no further message and ends when the one that it has is handled: a request that was
/// taken is answered. What it has not taken stays in the socket.
///
/// ```swift
/// let replies = SocketService(reply) { message in
///     try await reply.send(message)
/// }
/// let group = ServiceGroup(services: [context, replies], gracefulShutdownSignals: [.sigterm], logger: logger)
/// try await group.run()
/// ```
///
/// A socket may have several services, which share its messages, so that as many are handled at once.
public struct SocketService<Socket: ReceivingSocket>: Service {
    private let socket: Socket
    private let handle: @Sendable (Message) async throws -> Void

    /// Makes a service of a socket.
    ///
    /// - Parameters:
    ///   - socket: where the messages come from.
    ///   - handle: is given each message, and is not cancelled by a graceful shutdown. An error that it throws ends the
    ///     service, and with it the group, unless the group is told otherwise.
    public init(_ socket: Socket, handle: @escaping @Sendable (Message) async throws -> Void) {
        self.socket = socket
        self.handle = handle
    }

    /// Handles messages until a graceful shutdown, or until the socket is closed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, what the handler throws, and `ZMQError` when the socket
    ///   fails.
    public func run() async throws {
        while let message = try await next() { try await handle(message) }
    }

    private func next() async throws -> Message? {
        guard !Task.isShuttingDownGracefully else { return nil }
        do {
            if let message = try socket.tryReceive() { return message }
            // The receive alone is cancelled, which loses no message.
            return try await cancelWhenGracefulShutdown { [socket] in try await socket.receive() }
        } catch is CancellationError where Task.isShuttingDownGracefully {
            return nil
        } catch let error as ZMQError where [.closed, .terminated].contains(error.code) {
            return nil
        }
    }
}
