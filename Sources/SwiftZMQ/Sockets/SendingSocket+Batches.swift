extension SendingSocket {
    /// Sends messages one after the other, waiting for room whenever there is none.
    ///
    /// This costs a fraction of sending them one by one: the socket is locked once for as many as there is room for. They
    /// remain separate messages: another sender's may come in between, and different peers may get them.
    ///
    /// ```swift
    /// try await push.send(contentsOf: lines.map { Message(Frame($0)) })
    /// ```
    ///
    /// - Parameters:
    ///   - messages: what is sent, in this order.
    ///   - timeout: how long all of it may take; nil, the default, for as long as it takes.
    /// - Throws: as ``send(_:timeout:)-(Message,_)``. The messages before the one that could not be sent have been sent. To
    ///   know how many, use ``trySend(contentsOf:)-(Collection<Message>)``, which returns their number.
    @inlinable
    public nonisolated(nonsending) func send(
        contentsOf messages: some Sequence<Message>, timeout: Duration? = nil
    ) async throws {
        try await handle.send(Array(messages), timeout: timeout)
    }

    /// Sends messages of one frame each, one after the other, waiting for room whenever there is none. See
    /// ``send(contentsOf:timeout:)-(Sequence<Message>,_)``.
    @inlinable
    public nonisolated(nonsending) func send(
        contentsOf frames: some Sequence<Frame>, timeout: Duration? = nil
    ) async throws {
        try await handle.send(Array(frames), timeout: timeout)
    }

    /// Sends messages one after the other, as many as is possible without waiting.
    ///
    /// - Returns: how many were sent, counted from the first.
    /// - Throws: ``ZMQError`` when the first cannot be sent. An error of a later one only ends the batch.
    @inlinable
    public func trySend(contentsOf messages: some Collection<Message>) throws(ZMQError) -> Int {
        try handle.trySend(Array(messages))
    }

    /// Sends messages of one frame each, as many as is possible without waiting. See
    /// ``trySend(contentsOf:)-(Collection<Message>)``.
    @inlinable
    public func trySend(contentsOf frames: some Collection<Frame>) throws(ZMQError) -> Int {
        try handle.trySend(Array(frames))
    }
}

extension Blocking where S: SendingSocket {
    /// Sends messages one after the other, blocking whenever there is no room. See
    /// ``SendingSocket/send(contentsOf:timeout:)-(Sequence<Message>,_)``.
    @available(*, noasync, message: "use send(contentsOf:timeout:) of the socket itself")
    @inlinable
    public func send(contentsOf messages: some Sequence<Message>, timeout: Duration? = nil) throws(ZMQError) {
        try handle.sendBlocking(Array(messages), timeout: timeout)
    }

    /// Sends messages of one frame each, one after the other, blocking whenever there is no room.
    @available(*, noasync, message: "use send(contentsOf:timeout:) of the socket itself")
    @inlinable
    public func send(contentsOf frames: some Sequence<Frame>, timeout: Duration? = nil) throws(ZMQError) {
        try handle.sendBlocking(Array(frames), timeout: timeout)
    }
}

extension SocketHandle {
    // Of arrays, which the public operations make of any sequence where its type is known.

    @usableFromInline
    nonisolated(nonsending) func send(_ messages: [Message], timeout: Duration?) async throws {
        try await send(each: messages, timeout: timeout)
    }

    @usableFromInline
    nonisolated(nonsending) func send(_ frames: [Frame], timeout: Duration?) async throws {
        try await send(each: frames, timeout: timeout)
    }

    @usableFromInline
    func trySend(_ messages: [Message]) throws(ZMQError) -> Int { try core.trySendAll(messages) }

    @usableFromInline
    func trySend(_ frames: [Frame]) throws(ZMQError) -> Int { try core.trySendAll(frames) }

    @usableFromInline
    func sendBlocking(_ messages: [Message], timeout: Duration?) throws(ZMQError) {
        try sendBlocking(each: messages, timeout: timeout)
    }

    @usableFromInline
    func sendBlocking(_ frames: [Frame], timeout: Duration?) throws(ZMQError) {
        try sendBlocking(each: frames, timeout: timeout)
    }

    nonisolated(nonsending) fileprivate func send(each elements: [some Outgoing], timeout: Duration?) async throws {
        defer { withExtendedLifetime(self) {} }
        let deadline = timeout.map { Moment.now + $0 }
        var next = 0
        while next < elements.count {
            let sent = try core.trySend(each: elements, from: next, bounded: true)
            next += sent
            guard sent == 0 else { continue }
            let remaining = deadline.map { Swift.max($0 - .now, .zero) }
            try await core.waitToSend(elements[next].message, timeout: remaining)
            next += 1
        }
    }

    fileprivate func sendBlocking(each elements: [some Outgoing], timeout: Duration?) throws(ZMQError) {
        defer { withExtendedLifetime(self) {} }
        let deadline = timeout.map { Moment.now + $0 }
        var next = 0
        while next < elements.count {
            let sent = try core.trySend(each: elements, from: next, bounded: false)
            next += sent
            guard sent == 0 else { continue }
            if let deadline {
                let remaining = Swift.max(deadline - .now, .zero)
                guard try core.sendBlocking(elements[next].message, timeout: remaining) else {
                    throw SocketCore.timeout("send")
                }
            } else {
                try blockToSend(elements[next].message)
            }
            next += 1
        }
    }
}

extension SocketCore {
    fileprivate func trySendAll(_ elements: [some Outgoing]) throws(ZMQError) -> Int {
        guard !elements.isEmpty else { return 0 }
        var sent = try trySend(each: elements, from: 0, bounded: false)
        while sent > 0, sent < elements.count {
            guard let more = try? trySend(each: elements, from: sent, bounded: false), more > 0 else { break }
            sent += more
        }
        return sent
    }
}
