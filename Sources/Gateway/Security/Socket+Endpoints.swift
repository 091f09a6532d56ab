import SwiftZMQ
import SystemSupport

extension Socket {
    /// Binds endpoints: of workers, of clients, or of those who get what is published.
    ///
    /// - Returns: the endpoints with real ports in place of wildcards.
    /// - Throws: `ZMQError` for an endpoint that cannot be bound, also where libzmq would put itself in another's place.
    func bind(_ endpoints: [String]) throws -> [String] {
        try endpoints.map { endpoint in
            switch LocalListener(at: endpoint) {
            case .none: break
            case .process:
                throw ZMQError(
                    code: .addressInUse, operation: "bind", endpoint: endpoint,
                    explanation: "another program listens there: stop it, or choose another path")
            case .file:
                throw ZMQError(
                    code: .addressInUse, operation: "bind", endpoint: endpoint,
                    explanation: "there is a file that is no socket: remove it, or choose another path")
            case .unknown(let number):
                throw ZMQError(
                    code: ZMQError.Code(rawValue: number), operation: "bind", endpoint: endpoint,
                    explanation: "whether another program listens there cannot be found out")
            }
            guard EndpointText.isIPv6(endpoint) else { return try bind(endpoint) }
            return try bind(endpoint) { $0.usesIPv6 = true }
        }
    }
}
