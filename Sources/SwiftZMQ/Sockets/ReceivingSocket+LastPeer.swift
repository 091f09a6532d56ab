// Where the message came from that was received last, for sockets that do not keep the metadata of short messages.

extension ReceivingSocket {
    /// The address of the peer that sent a message, of any length: an IP address, or for `ipc`
    /// `localhost:USER:GROUP:PROCESS` in numbers. See ``FrameMetadata/peerAddress``.
    ///
    /// ```swift
    /// let request = try await router.receive()
    /// print(router.peerAddress(ofLast: request) ?? "within the process")
    /// ```
    ///
    /// Unlike ``SocketOptions/keepsMetadata`` this costs nothing until it is asked for. But the socket knows it only of the
    /// message that was received from it last. So it is for a task or a thread that alone receives from the socket, one
    /// message at a time, and asks before it receives the next.
    ///
    /// - Parameter message: the one that was received last, whole or without leading frames.
    /// - Returns: nil for what came over `inproc`.
    public func peerAddress(ofLast message: Message) -> String? {
        message.last?.metadata.peerAddress ?? core.lastProperty(FrameMetadata.peerAddressName)
    }

    /// The number of the descriptor of the connection that a message came through, of any length: the
    /// ``SocketEvent/descriptor`` of the connection's events. See ``FrameMetadata/descriptor``.
    ///
    /// As ``peerAddress(ofLast:)``, it is for whoever alone receives from the socket.
    ///
    /// - Parameter message: the one that was received last, whole or without leading frames.
    /// - Returns: nil for what came over `inproc`.
    public func peerDescriptor(ofLast message: Message) -> Int32? {
        message.last?.metadata.descriptor ?? core.lastProperty(FrameMetadata.descriptorName).flatMap { Int32($0) }
    }
}

extension SocketCore {
    /// What libzmq knows of the frame received last; nil once that took its metadata along.
    fileprivate func lastProperty(_ name: String) -> String? { state.withLock { $0.slot.property(name) } }
}
