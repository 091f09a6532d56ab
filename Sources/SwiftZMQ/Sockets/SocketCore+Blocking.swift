extension SocketCore {
    /// Waits on the calling thread for a message.
    ///
    /// - Parameter interruption: a descriptor that ends the wait, too, when it is readable; negative for none.
    /// - Returns: nil when the wait ended without a message.
    func receiveBlocking(timeout: Duration?, interruption: Int32 = -1) throws(ZMQError) -> Multipart? {
        try origin.require("receive")
        var message: Multipart?
        // Looked and queued in one: no other thread's call can consume the news in between, and so no second look is
        // needed before the descriptor is waited for.
        let queued = try withState { state, served throws(ZMQError) -> (ParkedThread<Multipart>, Ticket)? in
            if state.receivers.isEmpty {
                message = try state.take()
                if state.isAwaitedForRoom { state.serveWaiters(kind, &served) }
                if message != nil { return nil }
            } else {
                _ = try state.open(for: "receive")
            }
            let parked = try ParkedThread<Multipart>()
            let ticket = state.drawTicket().0
            state.receivers.append(.thread(parked), ticket: ticket, deadline: nil)
            return (parked, ticket)
        }
        guard let (parked, ticket) = queued else { return message }
        return try wait(parked, timeout: timeout, interruption: interruption, looksFirst: false) {
            state.withLock { $0.receivers.remove(ticket) != nil }
        }
    }

    /// Waits on the calling thread for room.
    ///
    /// - Returns: whether the message was sent; false when the timeout passed first.
    func sendBlocking(_ message: Multipart, timeout: Duration?) throws(ZMQError) -> Bool {
        try origin.require("send")
        let parked = try ParkedThread<Void>()
        let ticket = try state.withLock { state throws(ZMQError) in
            _ = try state.open(for: "send")
            let ticket = state.drawTicket().0
            let pending = PendingSend(message: message, waiter: .thread(parked))
            state.senders.append(pending, ticket: ticket, deadline: nil)
            return ticket
        }
        let sent: Void? = try wait(parked, timeout: timeout, interruption: -1, looksFirst: true) {
            state.withLock { $0.senders.remove(ticket) != nil }
        }
        return sent != nil
    }

    /// Waits until the thread is given its result, serving everyone who waits whenever the socket is ready.
    private func wait<Success>(
        _ parked: ParkedThread<Success>, timeout: Duration?, interruption: Int32, looksFirst: Bool, leave: () -> Bool
    ) throws(ZMQError) -> Success? {
        let deadline = timeout.map { Moment.now + $0 }
        var looks = looksFirst
        while true {
            if looks { serveWaiters() }
            looks = true
            if let result = parked.takeResult() { return try Self.unwrap(result) }
            let remaining = deadline.map { $0 - .now }
            let isOver = remaining.map { $0 <= .zero } ?? false
            let isInterrupted = interruption >= 0 ? try DescriptorWait.isReadable(interruption) : false
            if isOver || isInterrupted {
                if leave() { return nil }
                // Served by another thread between the look and the leaving: the result is there, or about to be.
                try DescriptorWait.untilReadable((-1, parked.descriptor, -1), timeout: nil)
                looks = false
                continue
            }
            try DescriptorWait.untilReadable((descriptor, parked.descriptor, interruption), timeout: remaining)
        }
    }

    private static func unwrap<Success>(_ result: Result<Success, any Error>) throws(ZMQError) -> Success {
        switch result {
        case .success(let value): return value
        case .failure(let error as ZMQError): throw error
        case .failure(let error): preconditionFailure("a blocked thread was given \(error)")
        }
    }
}
