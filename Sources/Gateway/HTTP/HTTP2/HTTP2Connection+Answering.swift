import DequeModule
import NIOCore
import NIOHPACK
import NIOHTTP2
import SwiftZMQ

extension HTTP2Connection {
    // MARK: What the broker says

    /// The broker spoke of a request.
    mutating func receive(_ event: consuming ReplyEvent, for number: UInt64, at now: NIODeadline) {
        guard stage == .open, let id = requests[number], streams[id] != nil else { return }
        let isLast = event.isLast
        if isLast { requests[number] = nil }
        if streams[id]?.webSocket != nil { return receiveForWebSocket(event, id, at: now) }
        switch event {
        case .reply(_, let body):
            guard fits(body.count, id) else { return putOff(id, at: now) }
        case .begin(_, let piece), .piece(let piece), .end(let piece):
            guard hasRoom(for: piece.count, id) else {
                if isLast { _ = streams[id]?.exchange.takeUnansweredID() }
                streams[id]?.exchange.overrun()
                return cut(id, at: now)
            }
        case .cut, .failure, .handled, .frames, .open, .message, .granted, .paused, .closed: break
        }
        guard let action = streams[id]?.exchange.receive(.reply(event), rules, at: now) else { return }
        if isLast { _ = streams[id]?.exchange.takeUnansweredID() }
        switch action {
        case .none, .submit: writeOwnAnswer(id, at: now)
        case .upgrade(let start, let webSocket): becomeWebSocket(id, webSocket, start, at: now)
        case .respond(let start, let body): respond(id, start, body, at: now)
        case .begin(let start, let piece):
            if streams[id]?.exchange.isTopicStream == true { hasStreamedTopics = true }
            writeStart(id, start)
            write(id, piece)
        case .write(let piece): write(id, piece)
        case .end(let piece):
            // The gateway ends a stream of topics, which has no end that anybody waits for: who does not allow the rest of it
            // is not waited for either.
            if streams[id]?.exchange.isTopicStream == true, streams[id]?.blocked != nil { return cut(id, at: now) }
            streams[id]?.ends = true
            write(id, piece)
        case .cut: endCut(id, at: now)
        }
    }

    /// Whether a whole body may wait: with others as far as there is room, and alone whatever its size.
    private func fits(_ size: Int, _ id: HTTP2StreamID) -> Bool {
        guard streams[id]?.exchange.isHead == false, streams[id]?.reserved == 0 else { return true }
        return hasRoom(beside: size, id)
    }

    /// Whether a piece may wait: within what is the stream's own always, which a worker that keeps to its credit does not
    /// exceed; and within what one may hold as far as the others leave room.
    private mutating func hasRoom(for piece: Int, _ id: HTTP2StreamID) -> Bool {
        guard piece > 0, streams[id]?.isBodyless == false, streams[id]?.exchange.isHead == false,
            let waiting = streams[id]?.heldBytes,
            let share = streams[id]?.share
        else { return true }
        func isWithin(_ limit: Int) -> Bool {
            streams[id]?.exchange.hasRoom(for: piece, waiting: waiting, limit: limit) == true
        }
        if piece <= share, isWithin(share) { return true }
        return hasRoom(beside: piece, id) && isWithin(rules.settings.responseBuffer)
    }

    /// Whether so many bytes may wait beside all that do: one answer alone may always.
    func hasRoom(beside size: Int, _ id: HTTP2StreamID) -> Bool {
        let others = held + reserved - (streams[id]?.reserved ?? 0)
        return others == 0 || others + size <= commonRoom
    }

    /// Lets go of a whole answer that is too large to wait beside the others; it is asked for again when there is room.
    private mutating func putOff(_ id: HTTP2StreamID, at now: NIODeadline) {
        _ = streams[id]?.exchange.takeUnansweredID()
        guard streams[id]?.repetition != nil else {
            streams[id]?.exchange.overrun()
            return cut(id, at: now)
        }
        repeats.append(id)
    }

    /// Asks for the next answer that was too large to wait, one at a time.
    mutating func askAgain() {
        let room = commonRoom
        guard stage == .open, held <= room / 2, reserved == 0 else { return }
        while let id = repeats.popFirst() {
            guard let request = streams[id]?.repetition else { continue }
            streams[id]?.repetition = nil
            guard let repeated = streams[id]?.exchange.submitAgain(request, rules) else { continue }
            // What comes meanwhile of others waits for its turn in the same way.
            streams[id]?.reserved = room
            reserved += room
            requests[repeated.id.number] = id
            actions.append(.submit(repeated))
            return
        }
    }

    // MARK: What the client gets

    /// Writes the gateway's own answer, if there is one.
    mutating func writeOwnAnswer(_ id: HTTP2StreamID, at now: NIODeadline) {
        guard let (start, body) = streams[id]?.exchange.takeAnswer() else { return }
        respond(id, start, body, at: now)
    }

    private mutating func respond(
        _ id: HTTP2StreamID, _ start: ResponseStart, _ body: Frame, at now: NIODeadline
    ) {
        streams[id]?.ends = true
        writeStart(id, start)
        write(id, body)
    }

    mutating func writeStart(_ id: HTTP2StreamID, _ start: ResponseStart) {
        guard let requestID = streams[id]?.exchange.requestID else { return }
        reserved -= streams[id]?.reserved ?? 0
        streams[id]?.reserved = 0
        streams[id]?.repetition = nil
        let context = HTTP2ResponseHead.Context(
            date: rules.dates.current(), requestID: requestID, serverName: rules.settings.serverName)
        if case .bodyless = start.length { streams[id]?.isBodyless = true }
        streams[id]?.head = HTTP2ResponseHead.fields(of: start, context)
        streams[id]?.hasBegun = true
    }

    mutating func write(_ id: HTTP2StreamID, _ piece: Frame) {
        let before = streams[id]?.heldBytes ?? 0
        streams[id]?.append(piece)
        held += (streams[id]?.heldBytes ?? 0) - before
        if streams[id]?.isBodyless == true { reportTaken(id) }
        takeTurn(id)
    }

    /// Ends a response after what has come of it, so that the client can tell that it is not whole.
    private mutating func endCut(_ id: HTTP2StreamID, at now: NIODeadline) {
        guard streams[id]?.hasOutput == true else { return cut(id, at: now) }
        if let request = streams[id]?.exchange.takeUnansweredID() {
            requests[request.number] = nil
            actions.append(.cancel(request))
        }
        streams[id]?.ends = true
        streams[id]?.isCut = true
        takeTurn(id)
    }

    /// Ends a response at once, so that the client can tell that it is not whole.
    mutating func cut(_ id: HTTP2StreamID, at now: NIODeadline) { reset(id, .internalError, .cut, at: now) }

    /// Tells the broker of what the client has taken.
    private mutating func reportTaken(_ id: HTTP2StreamID) {
        if streams[id]?.webSocket != nil { return reportTakenOfWebSocket(id) }
        guard let waiting = streams[id]?.heldBytes, let request = streams[id]?.exchange.id,
            let bytes = streams[id]?.exchange.noteTaken(allBut: waiting, rules), bytes > 0
        else { return }
        actions.append(.consumed(request, bytes: bytes))
    }

    // MARK: Frames

    /// Puts a stream into the line of those that have something to send, where it has.
    mutating func takeTurn(_ id: HTTP2StreamID) {
        guard streams[id]?.hasOutput == true, streams[id]?.isInTurn == false, streams[id]?.isWaiting == false else {
            return
        }
        streams[id]?.isInTurn = true
        turns.append(id)
    }

    /// Gives out what may be sent now and should leave together: what needs no window first, then of each stream that has
    /// something one frame, in turn.
    mutating func takeFrames(into frames: inout [HTTP2Frame], at now: NIODeadline) {
        guard stage == .open, isWritable else { return }
        swap(&frames, &control)
        control.removeAll(keepingCapacity: true)
        for (id, size) in windowUpdates {
            let whole = id == .rootStream ? Self.connectionWindow : Self.streamWindow
            frames.append(HTTP2Frame(streamID: id, payload: .windowUpdate(windowSizeIncrement: whole - size)))
        }
        windowUpdates.removeAll(keepingCapacity: true)
        var size = 0
        while size < Self.turnSize, let id = turns.popFirst() {
            guard streams[id] != nil else { continue }
            streams[id]?.isInTurn = false
            size += send(id, into: &frames, at: now)
        }
        // What was found to be cut on the way.
        frames += control
        control.removeAll(keepingCapacity: true)
    }

    /// Gives out the next of a stream; about how many bytes it has.
    private mutating func send(_ id: HTTP2StreamID, into frames: inout [HTTP2Frame], at now: NIODeadline) -> Int {
        var size = 0
        var hasEnded = false
        let (waiting, isCut) = (streams[id]?.heldBytes ?? 0, streams[id]?.isCut == true)
        let ends = streams[id]?.ends == true && !isCut
        if let head = streams[id]?.head.take() {
            hasEnded = ends && waiting == 0
            let payload = HTTP2Frame.FramePayload.Headers(headers: head, endStream: hasEnded)
            frames.append(HTTP2Frame(streamID: id, payload: .headers(payload)))
            size += 512
        }
        // A window may be less than nothing (RFC 9113, section 6.9.2), and the end of a body needs none.
        let count = max(0, min(waiting, streams[id]?.window ?? 0, window, Self.frameSize))
        if !hasEnded, count > 0 || ends && waiting == 0 {
            hasEnded = ends && waiting <= count
            let data = count > 0 ? streams[id]?.take(count) ?? ByteBuffer() : ByteBuffer()
            streams[id]?.window -= data.readableBytes
            window -= data.readableBytes
            held -= data.readableBytes
            if count > 0 { streams[id]?.blocked = nil }
            size += HTTP2FrameHead.size + data.readableBytes
            let payload = HTTP2Frame.FramePayload.Data(data: .byteBuffer(data), endStream: hasEnded)
            frames.append(HTTP2Frame(streamID: id, payload: .data(payload)))
            floods.noteFrame()
            reportTaken(id)
        }
        if hasEnded {
            finish(id, at: now)
        } else if isCut, waiting <= count {
            remove(id, .cut, at: now)
            frames.append(HTTP2Frame(streamID: id, payload: .rstStream(.internalError)))
        } else {
            waitForWindow(id, at: now)
        }
        return size
    }

    /// The whole answer is handed on.
    private mutating func finish(_ id: HTTP2StreamID, at now: NIODeadline) {
        floods.noteAnswer(at: now)
        guard streams[id]?.isReading == true else { return remove(id, .answered, at: now) }
        // The rest of the request is not wanted, and the client is told so in a moment.
        streams[id]?.isAnswered = true
        if let request = streams[id]?.exchange.takeUnansweredID() {
            requests[request.number] = nil
            actions.append(.cancel(request))
        }
        if let finished = streams[id]?.exchange.finished(.answered, at: now) { actions.append(.finished(finished)) }
        leftovers.append((now + Self.answerTime, id))
    }

    /// Gives a stream its next turn, or lets it wait until the client allows more.
    private mutating func waitForWindow(_ id: HTTP2StreamID, at now: NIODeadline) {
        guard streams[id]?.heldBytes ?? 0 > 0, let allowed = streams[id]?.window else { return }
        guard allowed > 0, window > 0 else {
            // Who has closed its side will never allow more.
            if isInputClosed { return cut(id, at: now) }
            if allowed > 0 {
                streams[id]?.isWaiting = true
                waiting.append(id)
            }
            if streams[id]?.blocked == nil {
                streams[id]?.blocked = (now, nil)
                blockedDeadline = min(blockedDeadline, now + rules.times.idle)
            }
            return
        }
        streams[id]?.blocked = nil
        takeTurn(id)
    }
}
