package import SwiftZMQ
import SystemSupport

extension Socket {
    /// Binds an endpoint, but not in another's place.
    ///
    /// libzmq removes whatever is at the path of an `ipc://` endpoint: a file that has nothing to do with it, or the socket
    /// of another program, to which nobody connects any more then.
    ///
    /// - Parameter configure: sets options of the endpoint alone.
    /// - Returns: the endpoint with real ports in place of wildcards.
    /// - Throws: `ZMQError` for an endpoint that cannot be bound, also where somebody or something is at its path.
    package func bindUnlessTaken(
        _ endpoint: String, configure: ((inout EndpointOptions<Self>) throws -> Void)? = nil
    ) throws -> String {
        let explanation: String
        var code = ZMQError.Code.addressInUse
        switch LocalListener(at: endpoint) {
        case .none:
            guard let configure else { return try bind(endpoint) }
            return try bind(endpoint, configure: configure)
        case .process: explanation = "another program listens there: stop it, or choose another path"
        case .file: explanation = "there is a file that is no socket: remove it, or choose another path"
        case .unknown(let number):
            code = ZMQError.Code(rawValue: number)
            explanation = "whether another program listens there cannot be found out"
        }
        throw ZMQError(code: code, operation: "bind", endpoint: endpoint, explanation: explanation)
    }
}
