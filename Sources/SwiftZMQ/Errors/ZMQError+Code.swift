import CZMQ

extension ZMQError {
    /// An error number: one of the system's `errno` values or of libzmq's own.
    ///
    /// The set is open: `Code(rawValue:)` carries any number.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number as C reports it.
        public let rawValue: Int32

        /// Wraps an error number.
        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }
    }
}

extension ZMQError.Code {
    /// The timeout passed first (`ETIMEDOUT`). Nothing was sent or received.
    public static let timedOut = Self(rawValue: ETIMEDOUT)
    /// The context was shut down (`ETERM`).
    public static let terminated = Self(rawValue: CZMQ_ETERM)
    /// The socket was closed (`ENOTSOCK`).
    public static let closed = Self(rawValue: ENOTSOCK)
    /// The operation does not fit the socket's state, such as a second `receive` on a ``Reply`` (`EFSM`).
    public static let wrongState = Self(rawValue: CZMQ_EFSM)
    /// No such peer, reported by a ``Router`` whose ``SocketOptionNames/isMandatory`` is on (`EHOSTUNREACH`).
    public static let hostUnreachable = Self(rawValue: EHOSTUNREACH)
    /// Another socket is bound to the address (`EADDRINUSE`).
    public static let addressInUse = Self(rawValue: EADDRINUSE)
    /// The address belongs to no interface of this machine (`EADDRNOTAVAIL`).
    public static let addressNotAvailable = Self(rawValue: EADDRNOTAVAIL)
    /// The endpoint or the value is malformed (`EINVAL`).
    public static let invalidArgument = Self(rawValue: EINVAL)
    /// The transport is unknown, or the installed libzmq was built without it (`EPROTONOSUPPORT`).
    public static let protocolNotSupported = Self(rawValue: EPROTONOSUPPORT)
    /// The transport does not go with the socket's type (`ENOCOMPATPROTO`).
    public static let incompatibleProtocol = Self(rawValue: CZMQ_ENOCOMPATPROTO)
    /// The socket's type, or the installed libzmq, does not support the operation (`ENOTSUP`).
    public static let unsupported = Self(rawValue: ENOTSUP)
    /// Too many sockets or file descriptors are open (`EMFILE`).
    public static let tooManySockets = Self(rawValue: EMFILE)
    /// No such endpoint (`ENOENT`).
    public static let notFound = Self(rawValue: ENOENT)
    /// Nobody listens there (`ECONNREFUSED`), reported for `inproc` endpoints.
    public static let connectionRefused = Self(rawValue: ECONNREFUSED)
    /// The peer turned this socket away (`EACCES`).
    public static let accessDenied = Self(rawValue: EACCES)
    /// The peer does not keep to the protocol, or asks for another security mechanism (`EPROTO`).
    public static let protocolError = Self(rawValue: EPROTO)
    /// A signal interrupted the call (`EINTR`). The library retries; it never throws this.
    public static let interrupted = Self(rawValue: EINTR)
    /// Memory ran out (`ENOMEM`).
    public static let outOfMemory = Self(rawValue: ENOMEM)
    /// No thread of the context is left to carry the operation out (`EMTHREAD`).
    public static let noThreads = Self(rawValue: CZMQ_EMTHREAD)
    /// A message has another number of frames than the program reads, as ``Message/frames()->(_,_)`` finds.
    ///
    /// The number is this library's own, and negative, as those of the system and of libzmq are positive.
    public static let unexpectedFrames = Self(rawValue: -1001)

    /// libzmq would have to wait (`EAGAIN`). No public call throws it: where they may not wait they return nil or false,
    /// and where they wait for no longer than a time they throw ``timedOut``.
    static let again = Self(rawValue: EAGAIN)
}

extension ZMQError.Code: CustomStringConvertible {
    /// The reason in words: what `zmq_strerror` says, except of the two codes that it does not know as used here.
    public var reason: String {
        switch self {
        // The system's text is "Connection timed out", and seldom is it a connection.
        case .timedOut: "Timed out"
        case .unexpectedFrames: "Unexpected number of frames"
        default: CLibrary.errorText(rawValue)
        }
    }

    /// The reason and the number.
    public var description: String { "\(reason) (\(rawValue))" }
}
