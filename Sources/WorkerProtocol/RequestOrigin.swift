/// What the gateway knows about a request beyond what the client wrote, and tells the worker in fields of its own.
public struct RequestOrigin: Sendable, Hashable {
    /// The value of `x-request-id`.
    public let requestID: String
    /// The address of whoever is at the other end of the connection, the last value of `x-forwarded-for`.
    public let clientAddress: String
    /// `http` or `https`, the value of `x-forwarded-proto` unless a trusted proxy says otherwise.
    public let scheme: String
    /// The address the gateway listens on, the value of `host` where the client sent none.
    public let listenerAddress: String
    /// Whether the other end is a proxy whose word on the client, its scheme and its host is passed on; default no.
    public let isTrustedProxy: Bool
    /// The subject of the certificate that the other end has proved to own, in the form of RFC 4514 and in visible ASCII
    /// and blanks alone: the value of `x-client-certificate-subject`. Nil, the default, where none was asked for.
    public let clientCertificateSubject: String?

    /// Makes an origin from its parts.
    public init(
        requestID: String, clientAddress: String, scheme: String, listenerAddress: String, isTrustedProxy: Bool = false,
        clientCertificateSubject: String? = nil
    ) {
        self.requestID = requestID
        self.clientAddress = clientAddress
        self.scheme = scheme
        self.listenerAddress = listenerAddress
        self.isTrustedProxy = isTrustedProxy
        self.clientCertificateSubject = clientCertificateSubject
    }
}
