import DequeModule
import NIOCore
import NIOHTTP2

extension HTTP2Connection {
    // MARK: The end

    /// The connection is to end once its open streams are answered.
    mutating func drain(at now: NIODeadline) {
        if stage == .lingering { waitDeadline = min(waitDeadline, now + rules.lingerTime) }
        if hasStreamedTopics, wait == .progress { waitDeadline = min(waitDeadline, now + patience) }
        goAway(at: now)
        drainWebSockets(at: now)
    }

    /// How long a client may take nothing; see `HTTP1Connection.patience`.
    private var patience: TimeAmount {
        rules.isDraining && hasStreamedTopics ? min(.seconds(1), rules.times.idle) : rules.times.idle
    }

    /// Tells the client that no further stream is served.
    mutating func goAway(at now: NIODeadline) {
        guard stage == .open, lastServed == nil || owesGoAway else { return }
        owesGoAway = false
        let last = lastServed ?? lastStream
        lastServed = last
        actions.append(.goAway(last: last, .noError))
    }

    /// Ends the connection for an error of the client's; the client is told which.
    mutating func fail(_ code: HTTP2ErrorCode, at now: NIODeadline) {
        guard stage == .open else { return }
        actions.append(.goAway(last: lastStream, code))
        failed(at: now)
    }

    /// NIOHTTP2 has found an error that ends the connection, and told the client.
    mutating func failed(at now: NIODeadline) {
        guard stage == .open else { return }
        abandonStreams(at: now)
        if let record = HTTPExchange.malformed(from: origin, rules) { actions.append(.finished(record)) }
        endOutput(at: now)
    }

    /// Ends the connection where it is to end, and nothing is left to be said.
    mutating func endIfDone(at now: NIODeadline) {
        guard stage == .open, lastServed != nil || isInputClosed, streams.isEmpty, !hasControl else { return }
        goAway(at: now)
        endOutput(at: now)
    }

    /// Ends the connection after what is written, and stays until the client has it: closing a socket with unread bytes
    /// resets the connection, and may take the last answer from the client.
    private mutating func endOutput(at now: NIODeadline) {
        stage = .ending
        // With both sides closed the connection would be, and what the kernel has not taken yet would be lost.
        if !isInputClosed { actions.append(.endOutput) }
        headerDeadline = .distantFuture
        blockedDeadline = .distantFuture
        progress.beginToWatch(at: now)
        waitDeadline = now + progress.interval
        checksDelivery = isInputClosed
    }

    /// Looks whether the client has got the last of what is written.
    ///
    /// - Parameter unacknowledged: how many of the bytes that were handed on the client has not acknowledged.
    mutating func noteDelivery(unacknowledged: Int, at now: NIODeadline) {
        checksDelivery = false
        guard stage == .ending else { return }
        progress.note(written: written, unacknowledged: unacknowledged, at: now)
        if unacknowledged == 0 {
            if isInputClosed { return end(.close, at: now) }
            stage = .lingering
            waitDeadline = now + rules.lingerTime
            return
        }
        guard let next = progress.nextLook(after: now, patience: patience) else { return end(.reset, at: now) }
        waitDeadline = next
    }

    /// The client has closed its side.
    mutating func inputClosed(unacknowledged: Int, at now: NIODeadline) {
        isInputClosed = true
        switch stage {
        case .open:
            // As in HTTP/1: what has begun and has an end is finished, and for all else the client is gone.
            for id in streams.keys.sorted()
            where streams[id].map({ !$0.hasBegun || $0.exchange.isTopicStream || $0.webSocket != nil }) == true {
                remove(id, .abandoned, at: now)
            }
            // And what the client has not allowed yet, it never will.
            for id in streams.keys.sorted() where streams[id]?.blocked != nil { cut(id, at: now) }
            headerDeadline = .distantFuture
        case .ending: noteDelivery(unacknowledged: unacknowledged, at: now)
        case .lingering: end(.close, at: now)
        case .closed: break
        }
    }

    /// Ends the connection at once.
    private mutating func end(_ action: Action, at now: NIODeadline) {
        guard stage != .closed else { return }
        closed(at: now)
        actions.append(action)
    }

    // MARK: Time

    /// When ``advance(to:unacknowledged:)`` is to be called at the latest.
    var deadline: NIODeadline {
        guard stage == .open else { return waitDeadline }
        let earliest = min(min(waitDeadline, webSocketDeadline), min(headerDeadline, blockedDeadline))
        return min(earliest, min(bodyDeadlines.first?.0 ?? earliest, leftovers.first?.0 ?? earliest))
    }

    /// Decides what the connection waits for, and until when.
    ///
    /// A stream of topics goes on for as long as its client is there, which only shows by what the client acknowledges.
    func nextWait() -> Wait {
        !isWritable ? .progress : streams.isEmpty ? .idle : hasStreamedTopics ? .progress : .none
    }

    mutating func updateDeadline(at now: NIODeadline) {
        guard stage == .open else { return }
        let next = nextWait()
        guard next != wait else { return }
        wait = next
        // Who is to be told that there is no room need not take long to ask.
        let time = isRefused ? min(rules.times.header, rules.times.idle) : patience
        waitDeadline = next == .none ? .distantFuture : now + time
    }

    /// Time has passed. Nothing is done before the deadline.
    ///
    /// - Parameter unacknowledged: how many of the bytes that were handed on the client has not acknowledged.
    mutating func advance(to now: NIODeadline, unacknowledged: Int) {
        guard now >= deadline else { return }
        switch stage {
        case .closed: waitDeadline = .distantFuture
        case .ending: noteDelivery(unacknowledged: unacknowledged, at: now)
        case .lingering: end(.close, at: now)
        case .open:
            let progresses = progress.note(written: written, unacknowledged: unacknowledged, at: now)
            if now >= headerDeadline { return fail(.protocolError, at: now) }
            expireBodies(at: now)
            resetLeftovers(at: now)
            if now >= webSocketDeadline { advanceWebSockets(progresses: progresses && unacknowledged > 0, at: now) }
            if now >= blockedDeadline { cutBlocked(at: now) }
            guard now >= waitDeadline else { return }
            if wait == .idle, unacknowledged == 0 {
                goAway(at: now)
                waitDeadline = .distantFuture
            } else if wait == .progress, isWritable, unacknowledged == 0 || progresses || !standsStill {
                // Something may have been written a moment ago: only who stands still twice has gone without a word.
                standsStill = unacknowledged > 0 && !progresses
                waitDeadline = now + patience
            } else if progresses {
                // A client that takes what is written is not idle, however slowly it does.
                waitDeadline = now + patience
            } else {
                end(.reset, at: now)
            }
        }
    }

    /// Answers the requests whose bodies did not come in time.
    private mutating func expireBodies(at now: NIODeadline) {
        while let (deadline, id) = bodyDeadlines.first, deadline <= now {
            bodyDeadlines.removeFirst()
            // One that had to wait for others has its time later.
            guard streams[id]?.isReading == true, streams[id]?.keepsBody == true,
                NIODeadline(streams[id]?.exchange.bodyDeadline ?? .distantFuture) <= now
            else { continue }
            refuse(id, RequestRejection(.requestTimeout, GatewayFailure.requestTimeout.explanation), at: now)
        }
    }

    /// Resets the streams that were answered before their requests had come whole: the rest need not be sent (RFC 9113,
    /// section 8.1).
    private mutating func resetLeftovers(at now: NIODeadline) {
        while let (deadline, id) = leftovers.first, deadline <= now {
            leftovers.removeFirst()
            if streams[id]?.isAnswered == true { reset(id, .noError, .answered, at: now) }
        }
    }

    /// Cuts the answers of which the client has had all that it allowed, and for long has not allowed more.
    private mutating func cutBlocked(at now: NIODeadline) {
        blockedDeadline = .distantFuture
        for id in streams.keys.sorted() {
            guard let (since, noted) = streams[id]?.blocked else { continue }
            let position = noted ?? written
            if progress.acknowledged < position {
                // What was sent before is still on its way to a slow reader.
                streams[id]?.blocked = (now, position)
                blockedDeadline = min(blockedDeadline, now + rules.times.idle)
            } else if now - since >= rules.times.idle {
                cut(id, at: now)
            } else {
                blockedDeadline = min(blockedDeadline, since + rules.times.idle)
            }
        }
    }
}
