extension Message {
    /// The number of the descriptor of the connection that a long frame was received through; nil for a short one.
    package var peerDescriptor: Int32? { metadata["__fd"].flatMap { Int32($0) } }
}

extension Router {
    /// Where the message came from that was received last, for a caller that is alone in receiving: an IP address, or
    /// for `ipc` `localhost:USER:GROUP:PROCESS`.
    ///
    /// It is there although the frames were short and the socket keeps no metadata, and costs nothing until it is asked
    /// for. Nil where the last frame was long, which has ``Message/metadata`` itself, and over `inproc`.
    package var lastPeerAddress: String? { core.state.withLock { $0.room.property("Peer-Address") } }

    /// The number of the descriptor of the connection that the message received last came through, in the same way: the
    /// ``SocketEvent/descriptor`` of the connection's events. Nil where it is not known.
    package var lastPeerDescriptor: Int32? { core.state.withLock { $0.room.property("__fd").flatMap { Int32($0) } } }
}
