/// Where a request goes.
package enum RoutingDecision: Sendable, Hashable {
    /// To a service, with what the route says about it; nil stands for the gateway's setting.
    case service(
        String, timeout: Duration? = nil, maximumBodySize: Int? = nil, retries: Int? = nil, origins: [String]? = nil)
    /// To the topic streams of a route, with what stands behind the route's path.
    case topics(route: String, rest: [UInt8], origins: [String] = [])
    /// To the sockets that send messages, with what stands behind the route's path.
    case messages(MessageTarget, route: String, rest: [UInt8], maximumBodySize: Int?)
    /// Routes hold for the path and the host, but none takes the method; the methods that they take.
    case methodNotAllowed(allow: [String])
    /// No route holds, no known service has the name, and there is no service `default`.
    case unknownService
}
