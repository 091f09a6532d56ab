import NIOCore
import SwiftZMQ

extension HTTP1Connection {
    /// The most bytes of a whole body that are copied for the kernel at a time.
    static var copySize: Int { 128 << 10 }

    /// How many times the response buffer those answers may take together that wait for others before them, and that are
    /// not streams within a response buffer of their own.
    static var heldReplies: Int { 4 }

    /// Answers as many requests as can be answered now, in order.
    mutating func serve(at now: NIODeadline) {
        while stage == .open, !exchanges.isEmpty {
            if exchanges[0].rest != nil {
                guard writeRest(at: now) else { return }
            } else if exchanges[0].isToBeRepeated {
                return askAgain()
            } else if let (start, body) = exchanges[0].exchange.takeAnswer() {
                respond(start, body, at: now)
            } else if exchanges[0].held.isEmpty || mustWait(exchanges[0].held[0]) {
                return
            } else {
                answer(with: exchanges[0].held.removeFirst(), at: now)
            }
        }
    }

    /// Whether the first response may not begin yet: with the first piece of its stream, more than the response buffer would
    /// wait for the client.
    func mustWait(_ event: ReplyEvent) -> Bool {
        guard case .begin(_, let piece) = event, unsent > 0 else { return false }
        return unsent + piece.count > rules.settings.responseBuffer
    }

    /// Keeps an event until its request is the first, as far as there is room.
    mutating func hold(_ event: consuming ReplyEvent, _ index: Int) {
        if event.isLast { _ = exchanges[index].exchange.takeUnansweredID() }
        let limit = rules.settings.responseBuffer
        let known = exchanges[index].heldBytes
        switch event {
        case .piece(let piece) where piece.isEmpty:
            // There may be any number of them, and nothing is written for one.
            return
        case .begin(_, let piece), .piece(let piece):
            if known + piece.count > limit {
                // A piece alone may be larger, as a whole reply may.
                guard known == 0 else { return giveUp(index) }
                guard hasRoom(for: piece.count, index) else { return putOff(index) }
            }
            exchanges[index].heldBytes += piece.count
        case .end(let body), .reply(_, let body):
            guard hasRoom(for: body.count, index) else { return putOff(index) }
            exchanges[index].heldBytes += body.count
        case .message(_, let data):
            guard known == 0 || known + data.count <= limit else { return giveUp(index) }
            exchanges[index].heldBytes += max(1, data.count)
        case .cut, .failure, .handled, .frames, .open, .granted, .paused, .closed:
            break
        }
        exchanges[index].held.append(event)
    }

    /// Whether so many bytes may wait beside the whole replies, and the pieces over the response buffer, that do. Those of the
    /// answer that is next in line always may.
    private func hasRoom(for size: Int, _ index: Int) -> Bool {
        guard index > 0 else { return true }
        let limit = rules.settings.responseBuffer
        let others = exchanges.reduce(0) { sum, other in
            sum + (other.exchange.id == nil || other.heldBytes > limit ? other.heldBytes : 0)
        }
        return others + size <= Self.heldReplies * limit
    }

    /// Lets go of an answer that finds no room; it is asked for again when its turn comes, where that makes no difference.
    private mutating func putOff(_ index: Int) {
        guard exchanges[index].repetition != nil else { return giveUp(index) }
        if let id = exchanges[index].exchange.takeUnansweredID() { actions.append(.cancel(id)) }
        exchanges[index].held = []
        exchanges[index].heldBytes = 0
        exchanges[index].isToBeRepeated = true
    }

    /// Lets go of an answer that is too large to wait; when its turn comes, the connection ends without it.
    private mutating func giveUp(_ index: Int) {
        if let id = exchanges[index].exchange.takeUnansweredID() { actions.append(.cancel(id)) }
        exchanges[index].held = [.cut]
        exchanges[index].heldBytes = 0
    }

    /// Asks for the answer that was too large to wait.
    private mutating func askAgain() {
        guard let request = exchanges[0].repetition.take() else { return }
        exchanges[0].isToBeRepeated = false
        let repeated = exchanges[0].exchange.submitAgain(request, rules)
        actions.append(.submit(repeated))
    }

    /// Goes on with the answer to the first request.
    mutating func answer(with event: consuming ReplyEvent, at now: NIODeadline) {
        if webSocket != nil { return answerWebSocket(with: event, at: now) }
        if case .piece(let piece) = event,
            !exchanges[0].exchange.hasRoom(for: piece.count, waiting: unsent, rules)
        {
            exchanges[0].exchange.overrun()
            return cutFirst(at: now)
        }
        switch exchanges[0].exchange.receive(.reply(event), rules, at: now) {
        case .none, .submit:
            if let (start, body) = exchanges[0].exchange.takeAnswer() { respond(start, body, at: now) }
        case .respond(let start, let body): respond(start, body, at: now)
        case .begin(let start, let piece):
            if exchanges[0].exchange.isTopicStream { hasStreamedTopics = true }
            writeStart(start, bodySize: piece.count)
            write(piece)
        case .write(let piece): write(piece)
        case .end(let piece):
            write(piece)
            if exchanges[0].framing == .chunked {
                withOutput(minimumCapacity: 8) { ResponseWriter.writeEnd(framing: .chunked, to: &$0) }
            }
            finishFirst(at: now)
        case .upgrade(let start, let webSocket): becomeWebSocket(webSocket, start, at: now)
        case .cut: cutFirst(at: now)
        }
    }

    private mutating func respond(_ start: ResponseStart, _ body: Frame, at now: NIODeadline) {
        writeStart(start, bodySize: min(body.count, Self.copySize))
        // Most bodies are small, and go along with their heads.
        guard body.count <= Self.copySize, buffered == 0, outputSize < Self.copySize else {
            exchanges[0].rest = (body, 0)
            return
        }
        write(body, 0..<body.count)
        finishFirst(at: now)
    }

    /// Hands on what is left of a whole body as far as the client takes it; false where it has to wait.
    ///
    /// A large body is copied for the kernel in parts, so that a slow reader does not make it lie in memory twice.
    private mutating func writeRest(at now: NIODeadline) -> Bool {
        guard let (body, offset) = exchanges[0].rest, buffered == 0, outputSize < Self.copySize else { return false }
        let end = min(body.count, offset + Self.copySize)
        write(body, offset..<end)
        exchanges[0].rest = end == body.count ? nil : (body, end)
        if end == body.count { finishFirst(at: now) }
        return true
    }

    /// Writes a part of a whole body.
    private mutating func write(_ body: Frame, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        withOutput(minimumCapacity: range.count) { buffer in
            body.withUnsafeBytes { _ = buffer.writeBytes(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
        exchanges[0].exchange.noteWritten(range.count)
    }

    mutating func writeStart(_ start: ResponseStart, bodySize: Int) {
        prepareToClose()
        let framing = ResponseFraming(start.length, isHTTP10: exchanges[0].isHTTP10)
        if framing == .untilClose {
            exchanges[0].closes = true
            endsByClosing = true
        }
        exchanges[0].framing = framing
        exchanges[0].start = written + outputSize
        let context = ResponseWriter.Context(
            date: rules.dates.current(), requestID: exchanges[0].exchange.requestID,
            serverName: rules.settings.serverName, closes: exchanges[0].closes, isHTTP10: exchanges[0].isHTTP10)
        withOutput(minimumCapacity: ResponseWriter.room(for: start, context) + bodySize) { buffer in
            ResponseWriter.write(start, framing: framing, context, to: &buffer)
        }
    }

    private mutating func write(_ piece: Frame) {
        guard !piece.isEmpty, let framing = exchanges[0].framing else { return }
        var count = 0
        withOutput(minimumCapacity: piece.count + 32) { buffer in
            count = ResponseWriter.write(piece: piece, framing: framing, to: &buffer)
        }
        exchanges[0].exchange.noteWritten(count)
    }

    /// Decides whether the response that is about to begin is the connection's last.
    private mutating func prepareToClose() {
        guard rules.isDraining, exchanges.count == 1, reading != .body else { return }
        exchanges[0].closes = true
    }

    private mutating func finishFirst(at now: NIODeadline) {
        let isLast = exchanges[0].closes
        removeFirst(.answered, at: now)
        if isLast { endOutput(at: now) }
    }

    /// Ends a response so that the client can tell that it is not whole.
    private mutating func cutFirst(at now: NIODeadline) {
        // The end of an HTTP/1.0 body is the end of the connection: only a reset tells it from a whole one. What comes
        // before the response is the client's all the same.
        let start = exchanges[0].framing == .untilClose ? exchanges[0].start : nil
        removeFirst(.cut, at: now)
        endOutput(resettingFrom: start, at: now)
    }

    private mutating func removeFirst(_ outcome: FinishedRequest.Outcome, at now: NIODeadline) {
        if let id = exchanges[0].exchange.takeUnansweredID() { actions.append(.cancel(id)) }
        if let finished = exchanges[0].exchange.finished(outcome, at: now) { actions.append(.finished(finished)) }
        exchanges.removeFirst(1)
        // It was no WebSocket: what follows is the next request.
        if exchanges.isEmpty, reading == .suspended { reading = .head }
    }

    // MARK: Output

    /// Adds to what is written; several answers go to the kernel together.
    mutating func withOutput(minimumCapacity: Int, _ write: (inout ByteBuffer) -> Void) {
        var buffer = output.take() ?? rules.outputBuffers.take(minimumCapacity: minimumCapacity)
        write(&buffer)
        output = buffer
    }
}
