// The same for what asks and what answers; see `SendingSocket+Bytes.swift`.

extension Request {
    /// Sends text as a request of one frame and receives its reply, as one step. See
    /// ``request(_:timeout:)-(Message,_)``.
    public nonisolated(nonsending) func request(_ text: String, timeout: Duration? = nil) async throws -> Message {
        try await request(Frame(stringLiteral: text), timeout: timeout)
    }

    /// Sends bytes as a request of one frame and receives its reply, as one step. See
    /// ``request(_:timeout:)-(Message,_)``.
    @_disfavoredOverload
    public nonisolated(nonsending) func request(
        _ bytes: some Sequence<UInt8>, timeout: Duration? = nil
    ) async throws -> Message {
        try await request(Frame(bytes), timeout: timeout)
    }

    /// Sends a request of texts, each a frame, and receives its reply, as one step. See
    /// ``request(_:timeout:)-(Message,_)``.
    public nonisolated(nonsending) func request(_ texts: [String], timeout: Duration? = nil) async throws -> Message {
        try await request(Message(texts), timeout: timeout)
    }
}

extension Blocking where S == Request {
    /// Sends text as a request of one frame and receives its reply, as one step. See
    /// ``request(_:timeout:)-(Message,_)``.
    @available(*, noasync, message: "use request(_:timeout:) of the socket itself")
    public func request(_ text: String, timeout: Duration? = nil) throws(ZMQError) -> Message {
        try request(Frame(stringLiteral: text), timeout: timeout)
    }

    /// Sends bytes as a request of one frame and receives its reply, as one step. See
    /// ``request(_:timeout:)-(Message,_)``.
    @available(*, noasync, message: "use request(_:timeout:) of the socket itself")
    @_disfavoredOverload
    public func request(_ bytes: some Sequence<UInt8>, timeout: Duration? = nil) throws(ZMQError) -> Message {
        try request(Frame(bytes), timeout: timeout)
    }

    /// Sends a request of texts, each a frame, and receives its reply, as one step. See
    /// ``request(_:timeout:)-(Message,_)``.
    @available(*, noasync, message: "use request(_:timeout:) of the socket itself")
    public func request(_ texts: [String], timeout: Duration? = nil) throws(ZMQError) -> Message {
        try request(Message(texts), timeout: timeout)
    }
}

extension ReceivedRequest {
    /// Answers with text, as one frame of UTF-8. See ``reply(_:)-(Message)``.
    public nonisolated(nonsending) func reply(_ text: String) async throws {
        try await reply(Frame(stringLiteral: text))
    }

    /// Answers with bytes, as one frame. See ``reply(_:)-(Message)``.
    @_disfavoredOverload
    public nonisolated(nonsending) func reply(_ bytes: some Sequence<UInt8>) async throws {
        try await reply(Frame(bytes))
    }

    /// Answers with texts, each a frame of UTF-8. See ``reply(_:)-(Message)``.
    public nonisolated(nonsending) func reply(_ texts: [String]) async throws {
        try await reply(Message(texts))
    }
}
