/// What is known about where a received frame came from. See ``Message/metadata``.
///
/// The C counterpart is `zmq_msg_gets`.
public struct MessageMetadata: Sendable {
    private let buffer: MessageBuffer?

    init(buffer: MessageBuffer?) {
        self.buffer = buffer
    }

    /// The value of a property; nil where there is none of that name.
    ///
    /// Besides those below, there are the properties that an ``Authenticator`` gave to the connection, and those of the
    /// peer whose names begin with `X-`.
    public subscript(name: String) -> String? { buffer?.property(name) }

    /// Who the peer is, as the ``Authenticator`` found out (`User-Id`).
    public var userID: String? { self["User-Id"] }

    /// The peer's address (`Peer-Address`): an IP address, or for `ipc` `localhost:USER:GROUP:PROCESS` in numbers.
    public var peerAddress: String? { self["Peer-Address"] }

    /// The type of the peer's socket, such as `DEALER` (`Socket-Type`).
    public var socketType: String? { self["Socket-Type"] }

    /// The name that a REQ, DEALER or ROUTER peer gave itself (`Routing-Id`); empty where it gave none.
    public var routingID: String? {
        // ZMTP calls it by its old name, and libzmq keeps what comes under the name under which it comes.
        self["Routing-Id"] ?? self["Identity"]
    }
}

extension Message {
    /// What is known about where the frame came from, if it was received.
    ///
    /// A frame of up to 33 bytes is copied out of libzmq's hands, and has no metadata unless the socket was told to keep
    /// it: ``SocketOptions/keepsMetadata``. Nor have frames that came over `inproc`.
    ///
    /// ```swift
    /// let reply = try Reply(context) { $0.keepsMetadata = true }
    /// …
    /// let request = try await reply.receive()
    /// print(request[0].metadata.userID ?? "somebody", request[0].metadata.peerAddress ?? "somewhere")
    /// ```
    public var metadata: MessageMetadata { MessageMetadata(buffer: buffer) }
}

extension SocketOptions where S: ReceivingSocket {
    /// Whether received frames of any length have ``Message/metadata``. Default false: those of up to 33 bytes have
    /// none, which spares two allocations for each.
    public var keepsMetadata: Bool {
        get { storesMetadata }
        set { storesMetadata = newValue }
    }
}
