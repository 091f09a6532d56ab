import EndpointSupport
import SwiftZMQ
import SystemSupport

extension Socket {
    /// Binds endpoints: of workers, of clients, or of those who get what is published.
    ///
    /// - Returns: the endpoints with real ports in place of wildcards.
    /// - Throws: `ZMQError` for an endpoint that cannot be bound, also where libzmq would put itself in another's place.
    func bind(_ endpoints: [String]) throws -> [String] {
        try endpoints.map { endpoint in
            guard EndpointText.isIPv6(endpoint) else { return try bindUnlessTaken(endpoint) }
            return try bindUnlessTaken(endpoint) { $0.usesIPv6 = true }
        }
    }
}
