import CZMQ

/// How the two sides of a connection prove who they are.
public struct SecurityMechanism: RawRepresentable, Hashable, Sendable {
    /// The number in `zmq.h`.
    public let rawValue: Int32

    /// Wraps a number of `zmq.h`.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Not at all (`ZMQ_NULL`).
    public static let null = Self(rawValue: ZMQ_NULL)
    /// By a name and a password that travel in clear text (`ZMQ_PLAIN`).
    public static let plain = Self(rawValue: ZMQ_PLAIN)
    /// By keys, with everything encrypted (`ZMQ_CURVE`).
    public static let curve = Self(rawValue: ZMQ_CURVE)
    /// By Kerberos (`ZMQ_GSSAPI`).
    public static let gssapi = Self(rawValue: ZMQ_GSSAPI)
}

extension SecurityMechanism: CustomStringConvertible {
    /// The name that ZMTP and ZAP use.
    public var description: String {
        switch self {
        case .null: "NULL"
        case .plain: "PLAIN"
        case .curve: "CURVE"
        case .gssapi: "GSSAPI"
        default: "mechanism \(rawValue)"
        }
    }
}

extension Socket {
    /// The security mechanism that the socket's options have chosen (`ZMQ_MECHANISM`).
    ///
    /// It follows from the options: the last one set of PLAIN, CURVE or GSSAPI decides.
    public var mechanism: SecurityMechanism {
        get throws(ZMQError) {
            try core.withSocket("get the mechanism", attaches: false) { socket throws(ZMQError) in
                SecurityMechanism(rawValue: try socket.option(ZMQ_MECHANISM, name: "mechanism", as: Int32.self))
            }
        }
    }
}
