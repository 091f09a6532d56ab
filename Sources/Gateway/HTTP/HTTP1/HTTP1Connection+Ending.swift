import NIOCore

extension HTTP1Connection {
    // MARK: The end

    /// Ends the connection after what is written, and stays until the client has it.
    ///
    /// Closing a socket with unread bytes resets the connection and may take the answer from the client (RFC 9112,
    /// section 9.6): only the output is closed, and what still comes is dropped until the client closes too.
    ///
    /// - Parameter position: from which byte on what was written is not for the client to keep, if there is such a one.
    mutating func endOutput(resettingFrom position: Int? = nil, at now: NIODeadline) {
        guard stage == .open else { return }
        stopReading()
        abandonExchanges(from: 0, at: now)
        stage = .ending
        resetPosition = position
        // With both sides closed the connection would be, and what the kernel has not taken yet would be lost.
        if position == nil, !isInputClosed { actions.append(.endOutput) }
        progress.beginToWatch(at: now)
        checksDelivery = isInputClosed || position != nil
    }

    /// Looks whether the client has got the last of what is written.
    ///
    /// - Parameter unacknowledged: how many of the bytes that were handed on the client has not acknowledged.
    mutating func noteDelivery(unacknowledged: Int, at now: NIODeadline) {
        checksDelivery = false
        guard stage == .ending else { return }
        progress.note(written: written, unacknowledged: unacknowledged, at: now)
        if let resetPosition {
            if progress.acknowledged >= resetPosition { return end(.reset, at: now) }
        } else if unacknowledged == 0 {
            if isInputClosed { return end(.close, at: now) }
            stage = .lingering
            return updateDeadline(at: now)
        }
        guard let next = progress.nextLook(after: now, patience: patience) else { return end(.reset, at: now) }
        setDeadline(next)
    }

    /// The client has closed its side.
    mutating func inputClosed(unacknowledged: Int, at now: NIODeadline) {
        isInputClosed = true
        switch stage {
        case .open where webSocket != nil:
            webSocket?.disconnected()
            moveWebSocket(at: now)
        case .open:
            stopReading()
            // Nobody can tell a client that only ceased to send from one that is gone; what has begun is finished, unless it
            // has no end.
            let hasBegun = exchanges.first.map { $0.framing != nil && !$0.exchange.isTopicStream } ?? false
            abandonExchanges(from: hasBegun ? 1 : 0, at: now)
            if hasBegun {
                exchanges[0].closes = true
            } else {
                endOutput(at: now)
            }
        case .ending: noteDelivery(unacknowledged: unacknowledged, at: now)
        case .lingering: end(.close, at: now)
        case .closed: break
        }
    }

    /// Every connection is to end once its open requests are answered.
    mutating func drain(unacknowledged: Int, at now: NIODeadline) {
        if stage == .lingering {
            wait = .none
            return updateDeadline(at: now)
        }
        if stage == .open, webSocket != nil {
            webSocket?.drain(at: now)
            return moveWebSocket(at: now)
        }
        guard stage == .open, reading == .head else { return }
        if !exchanges.isEmpty {
            exchanges[exchanges.count - 1].closes = true
            stopReading()
        } else if input.readableBytes == 0 {
            // Nothing is asked and nothing half asked: there is no answer that the client has to read.
            if unacknowledged == 0, outputSize == 0 { end(.close, at: now) } else { endOutput(at: now) }
        }
    }

    /// Whether the client would take a body for whole that is not, if the connection were closed now.
    ///
    /// - Parameter backlog: how many bytes wait in the process, and would be lost.
    func wouldLookWhole(losing backlog: Int) -> Bool {
        endsByClosing && (!exchanges.isEmpty || resetPosition != nil || backlog > 0)
    }

    /// Ends the connection at once.
    mutating func end(_ action: Action, at now: NIODeadline) {
        guard stage != .closed else { return }
        closed(at: now)
        wait = .none
        setDeadline(.distantFuture)
        actions.append(action)
    }

    /// Forgets exchanges whose answers nobody waits for.
    mutating func abandonExchanges(from index: Int, at now: NIODeadline) {
        abandonWebSocket()
        while exchanges.count > index {
            var last = exchanges.removeLast()
            if let id = last.exchange.takeUnansweredID() { actions.append(.cancel(id)) }
            if let finished = last.exchange.finished(.abandoned, at: now) { actions.append(.finished(finished)) }
        }
    }

    // MARK: Time

    /// Decides what the connection waits for, and until when.
    mutating func updateDeadline(at now: NIODeadline) {
        let next: Wait
        switch (stage, reading) {
        case (.closed, _): next = .none
        case (.ending, _): next = .delivery
        case (.lingering, _): next = .linger
        case (.open, .webSocket): next = buffered > 0 && webSocket?.isOpen == true ? .progress : .webSocket
        case (.open, .body) where body?.needsContinue == false: next = .body
        case (.open, .head) where exchanges.isEmpty && input.readableBytes == 0: next = .idle
        case (.open, .head) where input.readableBytes > 0 && takesRequests: next = .header
        case (.open, _): next = isSending ? .progress : .none
        }
        if next == .webSocket {
            // What the client said while it took nothing was not read.
            if wait == .progress { webSocket?.noteAlive(at: now) }
            wait = next
            return setDeadline(webSocket?.deadline ?? .distantFuture)
        }
        guard next != wait else { return }
        wait = next
        switch next {
        case .none, .webSocket: setDeadline(.distantFuture)
        case .idle, .progress: setDeadline(now + rules.times.idle)
        case .header: setDeadline(now + rules.times.header)
        case .body: setDeadline(NIODeadline(body?.exchange.bodyDeadline ?? .distantFuture))
        case .delivery: setDeadline(now + progress.interval)
        case .linger: setDeadline(now + rules.lingerTime)
        }
    }

    /// Whether the client has not taken what is written for it.
    private var isSending: Bool {
        !exchanges.isEmpty && (exchanges[0].rest != nil || buffered > 0 || isStreamingTopics)
    }

    /// Whether a stream of topics is being sent. It goes on for as long as its client is there, which only shows by what the
    /// client acknowledges.
    private var isStreamingTopics: Bool {
        hasStreamedTopics && exchanges.first.map { $0.framing != nil && $0.exchange.isTopicStream } == true
    }

    /// Time has passed. Nothing is done before the deadline.
    ///
    /// - Parameter unacknowledged: how many of the bytes that were handed on the client has not acknowledged.
    mutating func advance(to now: NIODeadline, unacknowledged: Int) {
        guard now >= deadline else { return }
        switch wait {
        case .none: setDeadline(.distantFuture)
        case .webSocket:
            // A client that takes what was written before is there, and has not come to the ping yet.
            if progress.note(written: written, unacknowledged: unacknowledged, at: now), unacknowledged > 0 {
                webSocket?.noteAlive(at: now)
            }
            webSocket?.advance(to: now)
            moveWebSocket(at: now)
        case .idle where unacknowledged == 0: endOutput(at: now)
        case .progress where isStreamingTopics && buffered == 0:
            // Something may have been written a moment ago: only who stands still twice has gone without a word.
            let progresses = progress.note(written: written, unacknowledged: unacknowledged, at: now)
            if standsStill, unacknowledged > 0, !progresses { return end(.reset, at: now) }
            standsStill = unacknowledged > 0 && !progresses
            setDeadline(now + rules.times.idle)
        case .idle, .progress:
            // A client that takes what is written is not idle, however slowly it does.
            guard progress.note(written: written, unacknowledged: unacknowledged, at: now) else {
                return end(.reset, at: now)
            }
            setDeadline(now + rules.times.idle)
        case .header, .body:
            let rejection = RequestRejection(.requestTimeout, GatewayFailure.requestTimeout.explanation)
            if let body = body.take() {
                refuse(body.exchange, rejection, isHTTP10: body.isHTTP10, at: now)
            } else {
                refuse(rejection, at: now)
            }
        case .delivery: noteDelivery(unacknowledged: unacknowledged, at: now)
        case .linger: end(.close, at: now)
        }
    }
}
