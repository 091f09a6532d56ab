// What can be sent without making a frame or a message of it first: text, bytes, and texts as the frames of a message.
//
// The overloads for sequences are disfavoured, so that a literal means text where it can: `send("x")` and
// `send(["a", "b"])` send texts, and `send([1, 2])` bytes.

extension SendingSocket {
    /// Sends text as one frame of UTF-8. See ``send(_:timeout:)-(Frame,_)``.
    @inlinable
    public nonisolated(nonsending) func send(_ text: String, timeout: Duration? = nil) async throws {
        try await send(Frame(stringLiteral: text), timeout: timeout)
    }

    /// Sends bytes as one frame: `[UInt8]`, a slice of it, or Foundation's `Data`. See ``send(_:timeout:)-(Frame,_)``.
    @_disfavoredOverload
    @inlinable
    public nonisolated(nonsending) func send(_ bytes: some Sequence<UInt8>, timeout: Duration? = nil) async throws {
        try await send(Frame(bytes), timeout: timeout)
    }

    /// Sends a message of texts, each a frame of UTF-8. See ``send(_:timeout:)-(Message,_)``.
    @inlinable
    public nonisolated(nonsending) func send(_ texts: [String], timeout: Duration? = nil) async throws {
        try await send(Message(texts), timeout: timeout)
    }

    /// Sends text as one frame of UTF-8, if that is possible without waiting. See ``trySend(_:)-(Frame)``.
    @inlinable
    public func trySend(_ text: String) throws(ZMQError) -> Bool {
        try trySend(Frame(stringLiteral: text))
    }

    /// Sends bytes as one frame, if that is possible without waiting. See ``trySend(_:)-(Frame)``.
    @_disfavoredOverload
    @inlinable
    public func trySend(_ bytes: some Sequence<UInt8>) throws(ZMQError) -> Bool {
        try trySend(Frame(bytes))
    }

    /// Sends a message of texts, each a frame of UTF-8, if that is possible without waiting. See
    /// ``trySend(_:)-(Message)``.
    @inlinable
    public func trySend(_ texts: [String]) throws(ZMQError) -> Bool {
        try trySend(Message(texts))
    }
}

extension Blocking where S: SendingSocket {
    /// Sends text as one frame of UTF-8, blocking until there is room.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    @inlinable
    public func send(_ text: String) throws(ZMQError) {
        try send(Frame(stringLiteral: text))
    }

    /// Sends bytes as one frame, blocking until there is room.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    @_disfavoredOverload
    @inlinable
    public func send(_ bytes: some Sequence<UInt8>) throws(ZMQError) {
        try send(Frame(bytes))
    }

    /// Sends a message of texts, each a frame of UTF-8, blocking until there is room.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    @inlinable
    public func send(_ texts: [String]) throws(ZMQError) {
        try send(Message(texts))
    }

    /// Sends text as one frame of UTF-8, blocking for no longer than a time. See ``send(_:timeout:)-(Message,_)``.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    public func send(_ text: String, timeout: Duration?) throws(ZMQError) {
        try send(Frame(stringLiteral: text), timeout: timeout)
    }

    /// Sends bytes as one frame, blocking for no longer than a time. See ``send(_:timeout:)-(Message,_)``.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    @_disfavoredOverload
    public func send(_ bytes: some Sequence<UInt8>, timeout: Duration?) throws(ZMQError) {
        try send(Frame(bytes), timeout: timeout)
    }

    /// Sends a message of texts, each a frame of UTF-8, blocking for no longer than a time. See
    /// ``send(_:timeout:)-(Message,_)``.
    @available(*, noasync, message: "use send(_:timeout:) of the socket itself")
    public func send(_ texts: [String], timeout: Duration?) throws(ZMQError) {
        try send(Message(texts), timeout: timeout)
    }
}
