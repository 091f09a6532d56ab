/// What the gateway knows about a request beyond what the client wrote, and tells the worker in fields of its own.
public struct RequestOrigin: Sendable, Hashable {
    /// The value of `x-request-id`.
    public let requestID: String
    /// The client's address, the value of `x-forwarded-for`.
    public let clientAddress: String
    /// `http` or `https`, the value of `x-forwarded-proto`.
    public let scheme: String
    /// The address the gateway listens on, the value of `host` where the client sent none.
    public let listenerAddress: String

    /// Makes an origin from its parts.
    public init(requestID: String, clientAddress: String, scheme: String, listenerAddress: String) {
        self.requestID = requestID
        self.clientAddress = clientAddress
        self.scheme = scheme
        self.listenerAddress = listenerAddress
    }
}
