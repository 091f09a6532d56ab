extension SocketCore {
    /// Waits on the calling thread for a message.
    ///
    /// - Parameter interruption: a descriptor that ends the wait, too, when it is readable; negative for none.
    /// - Returns: nil when the wait ended without a message.
    func receiveBlocking(timeout: Duration?, interruption: Int32 = -1) throws(ZMQError) -> Message? {
        try origin.require("receive")
        var message: Message?
        var hasLooked = false
        // Looked and queued in one: no other thread's call comes in between, and so no second look is needed before the
        // descriptor is waited for.
        let queued = try use { state throws(ZMQError) -> (ParkedThread, Ticket)? in
            try state.requireOpen(for: "receive")
            if state.receivers.isEmpty, !state.isKnownEmpty {
                message = try state.take()
                hasLooked = true
                if message != nil { return nil }
            }
            let parked = try CurrentThread.parked()
            let (ticket, _) = state.drawTicket()
            state.receivers.append(.thread(parked), ticket: ticket, deadline: nil)
            state.figures.waits &+= 1
            return (parked, ticket)
        }
        guard let (parked, ticket) = queued else { return message }
        let delivery = try wait(
            parked, timeout: timeout, interruption: interruption, looksFirst: false, hasLooked: hasLooked
        ) { () throws(ZMQError) in
            try takeInTurn(ticket).map(Delivery.received)
        } leave: {
            state.withLock { $0.receivers.remove(ticket) != nil }
        }
        guard case .received(let message) = delivery else { return nil }
        return message
    }

    /// Waits on the calling thread for room.
    ///
    /// - Returns: whether the message was sent; false when the timeout passed first.
    func sendBlocking(_ message: Message, timeout: Duration?) throws(ZMQError) -> Bool {
        try origin.require("send")
        try validate(message)
        let parked = try CurrentThread.parked()
        let ticket = try state.withLock { state throws(ZMQError) in
            try state.requireOpen(for: "send")
            let (ticket, _) = state.drawTicket()
            let pending = PendingSend(message: message, waiter: .thread(parked))
            state.senders.append(pending, ticket: ticket, deadline: nil)
            state.figures.waits &+= 1
            return ticket
        }
        let delivery = try wait(parked, timeout: timeout, interruption: -1, looksFirst: true, hasLooked: false) {
            // Only looked at: who reports to the executor would have it look, too, each time.
            use { $0.noteReadable() }
            return nil
        } leave: {
            state.withLock { $0.senders.remove(ticket) != nil }
        }
        return delivery != nil
    }

    /// Waits until the thread is given its result, looking for it whenever the socket is ready.
    ///
    /// - Parameters:
    ///   - looksFirst: whether to look before waiting.
    ///   - hasLooked: whether that has been done; nobody leaves without having looked.
    ///   - look: serves everyone who waits, and returns what it has for the calling thread itself.
    ///   - leave: takes the thread out of the queue; false when it has been served meanwhile.
    /// - Returns: nil when the time was over or the other descriptor readable first.
    private func wait(
        _ parked: ParkedThread, timeout: Duration?, interruption: Int32, looksFirst: Bool, hasLooked: Bool,
        look: () throws(ZMQError) -> Delivery?, leave: () -> Bool
    ) throws(ZMQError) -> Delivery? {
        let deadline = timeout.map { Moment.now + $0 }
        var (looks, hasLooked) = (looksFirst, hasLooked)
        while true {
            if looks {
                if let delivery = try look() { return delivery }
                hasLooked = true
            }
            looks = true
            if let result = parked.takeResult() { return try Self.unwrap(result) }
            let remaining = deadline.map { $0 - .now }
            let isOver = remaining.map { $0 <= .zero } ?? false
            let isInterrupted = interruption >= 0 ? try DescriptorWait.isReadable(interruption) : false
            if isOver || isInterrupted {
                guard hasLooked else { continue }
                if leave() { return nil }
                // Served by another thread between the look and the leaving: the result is there, or about to be.
                try DescriptorWait.untilReadable((-1, parked.descriptor, -1), timeout: nil)
                looks = false
                continue
            }
            try DescriptorWait.untilReadable((descriptor, parked.descriptor, interruption), timeout: remaining)
        }
    }

    /// Serves those who wait. When it is the turn of the calling thread, that takes its message as it is, without the way
    /// over the place where others would leave it.
    ///
    /// - Returns: nil when there is no message, it is another's turn, or the thread has been served.
    private func takeInTurn(_ ticket: Ticket) throws(ZMQError) -> Message? {
        try use { state throws(ZMQError) in
            state.noteReadable()
            guard state.receivers.isFirst(ticket) else { return nil }
            let result: Result<Message?, ZMQError> = Result { () throws(ZMQError) in try state.take() }
            if case .success(nil) = result { return nil }
            _ = state.receivers.removeFirst()
            return try result.get()
        }
    }

    private static func unwrap(_ result: Result<Delivery, any Error>) throws(ZMQError) -> Delivery {
        switch result {
        case .success(let delivery): return delivery
        case .failure(let error as ZMQError): throw error
        case .failure(let error): preconditionFailure("a blocked thread was given \(error)")
        }
    }
}
