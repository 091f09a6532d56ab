import EndpointSupport
public import SwiftZMQ
import SystemSupport

/// The ventilator of the classic chain: each task is one frame, pushed to the workers in turn.
///
/// Nothing is reported back. A task whose worker dies is lost; a worker that is slow has its share waiting for it; and the
/// first worker to connect gets everything that is there before the second one comes.
public final class PlainProducer: Sendable {
    /// The endpoint for workers, wildcards resolved.
    public let tasksEndpoint: String
    private let push: Push

    /// Binds.
    ///
    /// - Parameter security: what the endpoint is secured by; nil, the default, for by nothing.
    public init(_ context: Context, tasks: String, security: SocketSecurity? = nil) throws {
        push = try Push(context) {
            // What was sent leaves before the program does, however long that takes.
            $0.linger = nil
            $0.usesIPv6 = EndpointText.isIPv6(tasks)
            $0.secure(by: security)
        }
        tasksEndpoint = try push.bindUnlessTaken(tasks)
    }

    /// An endpoint for workers in this process, which need neither a port nor keys.
    public func localTasksEndpoint() throws -> String { try push.localEndpoint(beside: tasksEndpoint) }

    /// Sends a task, waiting for a worker that can take it.
    public nonisolated(nonsending) func send(_ task: ArraySlice<UInt8>) async throws {
        try await push.send(Frame(task))
    }

    /// Lets what was sent leave for no longer than a time; nil for as long as it takes.
    public func close(linger: Duration?) throws {
        try push.setOption(\.linger, to: linger)
        push.close()
    }
}
