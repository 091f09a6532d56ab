import NIOCore

extension HTTP1Connection {
    /// Becomes a WebSocket: what the client has sent behind its request, and all that it sends, belongs to it.
    mutating func becomeWebSocket(
        _ webSocket: WebSocketExchange, _ start: ResponseStart, at now: NIODeadline
    ) {
        writeStart(start, bodySize: 0)
        hasStreamedTopics = true
        var first = ByteBuffer()
        swap(&first, &input)
        reading = .webSocket
        self.webSocket = webSocket
        if rules.isDraining { self.webSocket?.drain(at: now) }
        if first.readableBytes > 0 { return receiveForWebSocket(first, at: now) }
        moveWebSocket(at: now)
    }

    /// The client sent bytes.
    mutating func receiveForWebSocket(_ bytes: ByteBuffer, at now: NIODeadline) {
        exchanges[0].exchange.noteRead(bytes.readableBytes)
        webSocket?.received(bytes, at: now)
        moveWebSocket(at: now)
    }

    /// Whoever serves it says something.
    mutating func receiveForWebSocket(_ event: consuming ReplyEvent, for number: UInt64, at now: NIODeadline) {
        guard stage == .open, webSocket?.id?.number == number else { return }
        answerWebSocket(with: event, at: now)
    }

    mutating func answerWebSocket(with event: consuming ReplyEvent, at now: NIODeadline) {
        if case .handled = event {
            _ = exchanges[0].exchange.receive(.reply(event), rules, at: now)
            return
        }
        let waiting = unsent
        webSocket?.receive(event, waiting: waiting, room: rules.settings.responseBuffer, at: now)
        moveWebSocket(at: now)
    }

    /// Writes what the WebSocket wants written, and does what it wants done.
    mutating func moveWebSocket(at now: NIODeadline) {
        guard webSocket != nil else { return }
        if let bytes = webSocket?.takeOutput() {
            exchanges[0].exchange.noteWritten(bytes.readableBytes)
            withOutput(minimumCapacity: bytes.readableBytes) { $0.writeImmutableBuffer(bytes) }
        }
        while let action = webSocket?.takeAction() {
            switch action {
            case .send(let id, let kind, let data): actions.append(.send(id, kind, data))
            case .cancel(let id): actions.append(.cancel(id))
            case .taken(let id, let bytes): actions.append(.consumed(id, bytes: bytes))
            case .end(let outcome):
                webSocket = nil
                if let finished = exchanges[0].exchange.finished(outcome, at: now) {
                    actions.append(.finished(finished))
                }
                exchanges = []
                return endOutput(at: now)
            }
        }
    }

    /// Ends it as one whose client is gone.
    mutating func abandonWebSocket() {
        guard var webSocket = webSocket.take() else { return }
        if let id = webSocket.takeID() { actions.append(.cancel(id)) }
    }
}
