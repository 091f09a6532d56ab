extension ReceivingSocket {
    /// Receives the messages that are there, waiting for one if there is none.
    ///
    /// Where messages come faster than they are handled, this costs a fraction of receiving them one by one: the socket is
    /// locked once for all of them. It never waits for a second message.
    ///
    /// ```swift
    /// while true {
    ///     let orders = try await pull.receive(upTo: 256)
    ///     try database.insert(orders.map(Order.init))
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - count: the most messages to return, at least 1.
    ///   - timeout: how long to wait for the first; nil, the default, for as long as it takes.
    /// - Returns: one message or more, in the order in which they arrived.
    /// - Throws: as ``receive(timeout:)``, and ``ZMQError`` with `.invalidArgument` for a count below 1. If an error occurs
    ///   when some messages have been taken already, these are returned, and the next receive throws the error.
    public nonisolated(nonsending) func receive(
        upTo count: Int, timeout: Duration? = nil
    ) async throws -> [Message] {
        let handle = handle
        try handle.requireCount(count)
        let messages = try handle.receiveWithinBudget(upTo: count)
        if !messages.isEmpty { return messages }
        return try await handle.waitToReceive(upTo: count, timeout: timeout)
    }

    /// Receives the messages that are there, without waiting.
    ///
    /// - Parameter count: the most messages to return.
    /// - Returns: an empty array when there is no message, or when others wait for the next ones.
    /// - Throws: ``ZMQError`` as ``tryReceive()``.
    public func tryReceive(upTo count: Int) throws(ZMQError) -> [Message] {
        var messages: [Message] = []
        try core.tryReceive(upTo: count, into: &messages)
        return messages
    }
}

extension Blocking where S: ReceivingSocket {
    /// Receives the messages that are there, blocking until there is one. See
    /// ``ReceivingSocket/receive(upTo:timeout:)``.
    ///
    /// - Parameters:
    ///   - count: the most messages to return, at least 1.
    ///   - timeout: how long to block; nil, the default, for as long as it takes.
    @available(*, noasync, message: "use receive(upTo:timeout:) of the socket itself")
    public func receive(upTo count: Int, timeout: Duration? = nil) throws(ZMQError) -> [Message] {
        try handle.requireCount(count)
        var messages: [Message] = []
        try handle.core.tryReceive(upTo: count, into: &messages)
        if !messages.isEmpty { return messages }
        if let timeout {
            messages.append(try receive(timeout: timeout))
        } else {
            messages.append(try handle.blockToReceive())
        }
        handle.complete(&messages, upTo: count)
        return messages
    }
}

extension MessageSequence {
    /// The messages in batches: each time all that are there, at least one. See ``ReceivingSocket/receive(upTo:timeout:)``.
    ///
    /// ```swift
    /// for try await updates in subscriber.messages.batches(upTo: 512) { table.apply(updates) }
    /// ```
    ///
    /// - Parameter count: the most messages in a batch, at least 1. With a smaller number the sequence throws ``ZMQError``
    ///   with `.invalidArgument`.
    public func batches(upTo count: Int) -> MessageBatches { MessageBatches(handle: handle, count: count) }
}

/// The messages that arrive at a socket, in batches. See ``MessageSequence/batches(upTo:)``.
public struct MessageBatches: AsyncSequence, Sendable {
    let handle: SocketHandle
    let count: Int

    /// Begins to receive.
    public func makeAsyncIterator() -> Iterator {
        Iterator(handle: handle, count: count)
    }

    /// Receives one batch after another.
    public struct Iterator: AsyncIteratorProtocol {
        let handle: SocketHandle
        let count: Int

        /// The next batch; nil when the socket or its context has been closed.
        public nonisolated(nonsending) mutating func next(isolation actor: (any Actor)?) async throws -> [Message]? {
            // Isolated to the caller, as in `MessageSequence`.
            try handle.requireCount(count)
            do {
                let messages = try handle.receiveWithinBudget(upTo: count)
                if !messages.isEmpty { return messages }
                return try await handle.waitToReceive(upTo: count, timeout: nil)
            } catch let error as ZMQError where error.code == .closed || error.code == .terminated {
                return nil
            }
        }

        /// The next batch; nil when the socket or its context has been closed.
        public mutating func next() async throws -> [Message]? {
            try await next(isolation: #isolation)
        }
    }
}

extension SocketHandle {
    func requireCount(_ count: Int) throws(ZMQError) {
        guard count < 1 else { return }
        throw ZMQError(
            code: .invalidArgument, operation: "receive up to \(count) messages", explanation: "the least number is 1")
    }

    func receiveWithinBudget(upTo count: Int) throws(ZMQError) -> [Message] {
        var messages: [Message] = []
        try core.receiveWithinBudget(upTo: count, into: &messages)
        return messages
    }

    nonisolated(nonsending) func waitToReceive(upTo count: Int, timeout: Duration?) async throws -> [Message] {
        var messages = [try await waitToReceive(timeout: timeout)]
        complete(&messages, upTo: count)
        return messages
    }

    /// Adds the messages that are there, up to a number. An error is left to the next receive, which meets it again.
    func complete(_ messages: inout [Message], upTo count: Int) {
        guard messages.count < count else { return }
        try? core.tryReceive(upTo: count, into: &messages)
    }
}
