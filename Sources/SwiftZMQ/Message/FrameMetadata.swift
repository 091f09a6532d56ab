/// What is known about where a received frame came from. See ``Frame/metadata`` and ``Message/metadata``.
///
/// The C counterpart is `zmq_msg_gets`.
public struct FrameMetadata: Sendable {
    private let buffer: FrameBuffer?

    init(buffer: FrameBuffer?) {
        self.buffer = buffer
    }

    /// The value of a property; nil where there is none of that name.
    ///
    /// Besides those below, there are the properties that an ``Authenticator`` gave to the connection, and those of the
    /// peer whose names begin with `X-`.
    public subscript(name: String) -> String? { buffer?.property(name) }

    /// Whether the frame came through a connection. Each has an address.
    var isKnown: Bool { buffer?.isReceived == true && peerAddress != nil }

    /// Who the peer is, as the ``Authenticator`` found out (`User-Id`).
    public var userID: String? { self["User-Id"] }

    /// The peer's address (`Peer-Address`): an IP address, or for `ipc` `localhost:USER:GROUP:PROCESS` in numbers.
    public var peerAddress: String? { self[Self.peerAddressName] }

    /// The number of the descriptor of the connection (`ZMQ_SRCFD`): the ``SocketEvent/descriptor`` of the connection's
    /// events. It is that of another connection as soon as this one is closed.
    public var descriptor: Int32? { self[Self.descriptorName].flatMap { Int32($0) } }

    static let peerAddressName = "Peer-Address"
    static let descriptorName = "__fd"

    /// The type of the peer's socket, such as `DEALER` (`Socket-Type`).
    public var socketType: String? { self["Socket-Type"] }

    /// The name that a REQ, DEALER or ROUTER peer gave itself (`Routing-Id`); empty where it gave none.
    public var routingID: String? {
        // ZMTP calls it by its old name, and libzmq keeps what comes under the name under which it comes.
        self["Routing-Id"] ?? self["Identity"]
    }
}

extension Message {
    /// What is known about where the message came from, if it was received.
    ///
    /// It is the ``Frame/metadata`` of the first frame that has any. All frames of a message came through one connection, but
    /// the routing id of a ``Router``, which its socket puts in front.
    ///
    /// ```swift
    /// let reply = try Reply(context) { $0.keepsMetadata = true }
    /// …
    /// let request = try await reply.receive()
    /// print(request.metadata.userID ?? "somebody", request.metadata.peerAddress ?? "somewhere")
    /// ```
    ///
    /// Without ``SocketOptions/keepsMetadata`` only messages with a frame of more than 33 bytes have any; of the message that
    /// was received last, ``ReceivingSocket/peerAddress(ofLast:)`` knows where it came from all the same. Messages that
    /// came over `inproc` have none.
    public var metadata: FrameMetadata {
        guard let tail, !head.metadata.isKnown else { return head.metadata }
        return tail.lazy.map(\.metadata).first(where: \.isKnown) ?? FrameMetadata(buffer: nil)
    }
}

extension Frame {
    /// What is known about where the frame came from, if it was received. See ``Message/metadata``.
    ///
    /// A frame of up to 33 bytes is copied when it is received, and has no metadata unless the socket was told to keep it:
    /// ``SocketOptions/keepsMetadata``. Frames that came over `inproc` have none.
    public var metadata: FrameMetadata { FrameMetadata(buffer: buffer) }
}

extension SocketOptions where S: ReceivingSocket {
    /// Whether received messages of any length have ``Message/metadata``. Default false: those whose frames have up to 33
    /// bytes have none, which spares two allocations for each frame.
    public var keepsMetadata: Bool {
        get { storesMetadata }
        set { storesMetadata = newValue }
    }
}
