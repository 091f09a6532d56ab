extension Frame {
    /// The number of the descriptor of the connection that a long frame was received through; nil for a short one.
    package var peerDescriptor: Int32? { metadata["__fd"].flatMap { Int32($0) } }
}

extension Router {
    /// The address of the peer that sent the message received last: an IP address, or for `ipc`
    /// `localhost:USER:GROUP:PROCESS`. For a caller that alone receives from the socket.
    ///
    /// It is known even for short frames of a socket that keeps no metadata, and costs nothing until it is read. Nil if the
    /// last frame was long, as that has ``Frame/metadata`` itself, and over `inproc`.
    package var lastPeerAddress: String? { core.state.withLock { $0.slot.property("Peer-Address") } }

    /// The number of the descriptor of the connection that the message received last came through, in the same way: the
    /// ``SocketEvent/descriptor`` of the connection's events. Nil where it is not known.
    package var lastPeerDescriptor: Int32? { core.state.withLock { $0.slot.property("__fd").flatMap { Int32($0) } } }
}
