public import SwiftZMQ

/// How a part of a pipeline secures its connections.
public struct PipelineSecurity: Sendable {
    /// What the endpoints are secured by that it binds; nil, the default, for by nothing.
    public var bound: SocketSecurity?
    /// What its connections are secured by; nil, the default, for by nothing.
    public var connected: SocketSecurity?

    /// Security for those that bind, and for those that connect.
    public init(bound: SocketSecurity? = nil, connected: SocketSecurity? = nil) {
        self.bound = bound
        self.connected = connected
    }
}
