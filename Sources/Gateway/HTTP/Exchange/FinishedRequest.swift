/// What an access log or a metric wants to know about a request.
public struct FinishedRequest: Sendable {
    /// How a request ended.
    public enum Outcome: Sendable, Hashable {
        /// The whole response was handed to the connection.
        case answered
        /// The response broke off: the worker was lost, or the client too slow.
        case cut
        /// The client went away before the response was complete.
        case abandoned
    }

    /// The request's id, the client's own or a new one.
    public var requestID: String
    /// The client's address: that of the connection, or what a trusted proxy says, see ``HTTPSettings/trustedProxies``.
    public var client: String
    /// The method as sent; empty where the head was not understood.
    public var method: String
    /// The target as sent; empty where the head was not understood or the observer wants no targets.
    public var target: String
    /// The service it was routed to, nil where it was not.
    public var service: String?
    /// Which worker had it and for how long, where the observer wants to know and one had it.
    public var handling: RequestHandling?
    /// The status of the response, nil where none was begun.
    public var status: Int?
    /// The code, where the gateway itself answered with an error.
    public var failure: GatewayFailure?
    /// How it ended.
    public var outcome: Outcome
    /// The bytes of the request's body.
    public var bytesIn: Int
    /// The bytes of the response's body, as far as it was handed to the connection.
    public var bytesOut: Int
    /// The time from the end of the head to the end of the response.
    public var microseconds: Int64
}

extension FinishedRequest {
    /// A request that has come and of whose answer nothing is known.
    init(requestID: String, client: String, method: String, target: String) {
        self.init(
            requestID: requestID, client: client, method: method, target: target, outcome: .abandoned, bytesIn: 0,
            bytesOut: 0, microseconds: 0)
    }
}
