import CZMQ

/// Something that happened to a connection of a socket. See ``Socket/events``.
public struct SocketEvent: Hashable, Sendable {
    /// What happened.
    public let kind: Kind

    /// The endpoint it happened at: the one that the socket connected to, or the one that it is bound to.
    public let address: String

    /// The number of the connection's descriptor, for a connection that was accepted or lost; nil for other events. It is
    /// that of another connection as soon as this one is closed.
    public let descriptor: Int32?

    /// Makes an event from its parts.
    public init(_ kind: Kind, address: String) {
        self.init(kind, address: address, descriptor: nil)
    }

    init(_ kind: Kind, address: String, descriptor: Int32?) {
        self.kind = kind
        self.address = address
        self.descriptor = descriptor
    }
}

extension SocketEvent {
    /// What happened to a connection.
    public enum Kind: Hashable, Sendable {
        /// A connection to a peer was made; the handshake follows (`ZMQ_EVENT_CONNECTED`).
        case connected
        /// A connection could not be made at once and is being made (`ZMQ_EVENT_CONNECT_DELAYED`).
        case connectDelayed
        /// A connection could not be made, and is tried again after a time (`ZMQ_EVENT_CONNECT_RETRIED`).
        case connectRetried(after: Duration)
        /// The socket is bound (`ZMQ_EVENT_LISTENING`).
        case listening
        /// The socket could not be bound (`ZMQ_EVENT_BIND_FAILED`). The address lacks the transport.
        case bindFailed(ZMQError.Code)
        /// A peer's connection was accepted; the handshake follows (`ZMQ_EVENT_ACCEPTED`).
        case accepted
        /// A peer's connection could not be accepted (`ZMQ_EVENT_ACCEPT_FAILED`).
        case acceptFailed(ZMQError.Code)
        /// A connection that was being made, or a bound endpoint, was given up (`ZMQ_EVENT_CLOSED`).
        case closed
        /// A connection could not be closed (`ZMQ_EVENT_CLOSE_FAILED`).
        case closeFailed(ZMQError.Code)
        /// A connection was lost (`ZMQ_EVENT_DISCONNECTED`).
        case disconnected
        /// Nothing more will be told, as the socket was closed (`ZMQ_EVENT_MONITOR_STOPPED`). The last event.
        case monitorStopped
        /// The two ends of a connection have agreed, and messages can flow (`ZMQ_EVENT_HANDSHAKE_SUCCEEDED`).
        case handshakeSucceeded
        /// The two ends of a connection have not agreed.
        case handshakeFailed(HandshakeFailure)
        /// The socket cannot be observed. The first and last event, and no event of libzmq's.
        case monitorFailed(ZMQError)
        /// An event that this library has no name for.
        case other(number: UInt16, value: UInt32)
    }

    /// Why two ends of a connection have not agreed.
    public enum HandshakeFailure: Hashable, Sendable {
        /// The connection was lost or broke off for a reason of the system's; libzmq knows no more
        /// (`ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL`).
        case noDetail(ZMQError.Code)
        /// The other end does not keep to the protocol, or asks for another security mechanism
        /// (`ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL`).
        case protocolError(ProtocolError)
        /// The client was turned away, with the status of RFC 27: 300 for now, 400 for good, 500 after a failure of the
        /// server (`ZMQ_EVENT_HANDSHAKE_FAILED_AUTH`).
        case authentication(status: Int)

        /// Whether libzmq gives the connection up. To try again all the same, as keys may be let in later and another
        /// peer may be there then, call ``Socket/connect(_:)`` once more.
        public var isFinal: Bool {
            switch self {
            case .authentication(let status): status >= 400
            case .protocolError: true
            case .noDetail: false
            }
        }
    }
}

extension SocketEvent.HandshakeFailure: CustomStringConvertible {
    /// The reason in words, for a log.
    public var description: String {
        switch self {
        case .noDetail(let code): "the connection broke off before both ends had agreed: \(code)"
        case .protocolError(let error):
            "\(error)"
        case .authentication(let status): "the peer was turned away with status \(status)"
        }
    }
}

extension SocketEvent {
    /// Reads what a monitor of libzmq sends: a 16-bit number and a 32-bit value in one frame, the address in the next.
    ///
    /// Nil for anything else.
    init?(_ message: Message) {
        guard case let (event, address)? = try? message.frames(), event.count == 6 else { return nil }
        let bytes = [UInt8](event)
        // In the machine's own byte order.
        let (number, value) = unsafe bytes.withUnsafeBytes { bytes in
            unsafe (bytes.loadUnaligned(as: UInt16.self), bytes.loadUnaligned(fromByteOffset: 2, as: UInt32.self))
        }
        let hasDescriptor = [ZMQ_EVENT_ACCEPTED, ZMQ_EVENT_DISCONNECTED].contains(Int32(number))
        self.init(
            Kind(number: number, value: value), address: String(address),
            descriptor: hasDescriptor ? Int32(bitPattern: value) : nil)
    }
}

extension SocketEvent.Kind {
    init(number: UInt16, value: UInt32) {
        let code = ZMQError.Code(rawValue: Int32(bitPattern: value))
        switch Int32(number) {
        case ZMQ_EVENT_CONNECTED: self = .connected
        case ZMQ_EVENT_CONNECT_DELAYED: self = .connectDelayed
        case ZMQ_EVENT_CONNECT_RETRIED: self = .connectRetried(after: .milliseconds(value))
        case ZMQ_EVENT_LISTENING: self = .listening
        case ZMQ_EVENT_BIND_FAILED: self = .bindFailed(code)
        case ZMQ_EVENT_ACCEPTED: self = .accepted
        case ZMQ_EVENT_ACCEPT_FAILED: self = .acceptFailed(code)
        case ZMQ_EVENT_CLOSED: self = .closed
        case ZMQ_EVENT_CLOSE_FAILED: self = .closeFailed(code)
        case ZMQ_EVENT_DISCONNECTED: self = .disconnected
        case ZMQ_EVENT_MONITOR_STOPPED: self = .monitorStopped
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: self = .handshakeSucceeded
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: self = .handshakeFailed(.noDetail(code))
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: self = .handshakeFailed(.protocolError(.init(rawValue: value)))
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: self = .handshakeFailed(.authentication(status: Int(value)))
        default: self = .other(number: number, value: value)
        }
    }
}

extension SocketEvent: CustomStringConvertible {
    /// What happened and where.
    public var description: String { address.isEmpty ? "\(kind)" : "\(kind) at \(address)" }
}
