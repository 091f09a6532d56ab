import NIOCore
import NIOHTTP2
import SwiftZMQ
import WorkerProtocol

// A stream that was opened for a WebSocket (RFC 8441): its DATA frames hold what a connection of HTTP/1.1 would, after its
// upgrade.

extension HTTP2Connection {
    /// A stream becomes a WebSocket: what the client has sent behind its request belongs to it.
    mutating func becomeWebSocket(
        _ id: HTTP2StreamID, _ webSocket: WebSocketExchange, _ start: ResponseStart, at now: NIODeadline
    ) {
        writeStart(id, start)
        takeTurn(id)
        hasStreamedTopics = true
        streams[id]?.webSocket = webSocket
        webSockets.insert(id)
        if rules.isDraining { streams[id]?.webSocket?.drain(at: now) }
        let first = streams[id]?.body ?? ByteBuffer()
        streams[id]?.body = ByteBuffer()
        if first.readableBytes > 0 { streams[id]?.webSocket?.received(first, at: now) }
        moveWebSocket(id, at: now)
    }

    /// The client sent bytes on a stream that is, or is to become, a WebSocket.
    mutating func receiveForWebSocket(
        _ bytes: ByteBuffer, endsStream: Bool, _ id: HTTP2StreamID, at now: NIODeadline
    ) {
        streams[id]?.exchange.noteRead(bytes.readableBytes)
        guard streams[id]?.webSocket != nil else {
            return receiveWithoutWebSocket(bytes, endsStream: endsStream, id, at: now)
        }
        streams[id]?.webSocket?.received(bytes, at: now)
        if endsStream {
            endInput(id)
            streams[id]?.webSocket?.disconnected()
        }
        moveWebSocket(id, at: now)
    }

    /// The same where there is no WebSocket: not yet, not any more, or never.
    private mutating func receiveWithoutWebSocket(
        _ bytes: ByteBuffer, endsStream: Bool, _ id: HTTP2StreamID, at now: NIODeadline
    ) {
        guard streams[id]?.hasBegun == true else {
            // A client that ends the stream before there is an answer wants none, as one that resets it. Frames that come so
            // early are kept: the stream's first window bounds them.
            if endsStream { return resetForFault(id, .cancel, at: now) }
            streams[id]?.body.writeImmutableBuffer(bytes)
            return
        }
        // What waits to be written still goes to the client: the rest of a WebSocket that has ended, or another answer.
        if endsStream { endInput(id) }
    }

    /// Whoever serves it says something.
    mutating func receiveForWebSocket(_ event: consuming ReplyEvent, _ id: HTTP2StreamID, at now: NIODeadline) {
        if case .handled = event {
            _ = streams[id]?.exchange.receive(.reply(event), rules, at: now)
            return
        }
        var room = rules.settings.responseBuffer
        if case .message(_, let data) = event, !hasRoom(beside: data.count, id) {
            room = min(room, streams[id]?.share ?? room)
        }
        let waiting = streams[id]?.heldBytes ?? 0
        streams[id]?.webSocket?.receive(event, waiting: waiting, room: room, at: now)
        moveWebSocket(id, at: now)
    }

    /// Writes what a WebSocket wants written, and does what it wants done.
    private mutating func moveWebSocket(_ id: HTTP2StreamID, at now: NIODeadline) {
        if let bytes = streams[id]?.webSocket?.takeOutput() { write(id, Frame(bytes)) }
        while let action = streams[id]?.webSocket?.takeAction() {
            switch action {
            case .send(let request, let kind, let data):
                if kind == .close { requests[request.number] = nil }
                actions.append(.send(request, kind, data))
            case .cancel(let request):
                requests[request.number] = nil
                actions.append(.cancel(request))
            case .taken(let request, let bytes): actions.append(.consumed(request, bytes: bytes))
            case .end(let outcome):
                streams[id]?.webSocket = nil
                webSockets.remove(id)
                if outcome != .answered, let finished = streams[id]?.exchange.finished(outcome, at: now) {
                    actions.append(.finished(finished))
                }
                // Who does not allow the rest of it is not waited for.
                if streams[id]?.blocked != nil { return cut(id, at: now) }
                streams[id]?.ends = true
                return takeTurn(id)
            }
        }
        webSocketDeadline = min(webSocketDeadline, streams[id]?.webSocket?.deadline ?? .distantFuture)
        allowMoreOfWebSocket(id)
    }

    /// Lets the client of a WebSocket send more, where that can be taken. A client that does not read may not go on sending, as
    /// each ping has an answer that waits: no more than the stream's own share may.
    mutating func allowMoreOfWebSocket(_ id: HTTP2StreamID) {
        guard let size = streams[id]?.inboundWindow, size <= Self.streamWindow / 2, streams[id]?.isReading == true,
            streams[id]?.webSocket?.wantsInput == true, let waiting = streams[id]?.heldBytes,
            let share = streams[id]?.share, waiting <= share
        else { return }
        windowUpdates[id] = size
        streams[id]?.inboundWindow = nil
    }

    /// Tells whoever serves a WebSocket of what the client has taken, and lets the client send more if that was in the way.
    mutating func reportTakenOfWebSocket(_ id: HTTP2StreamID) {
        allowMoreOfWebSocket(id)
        let waiting = streams[id]?.heldBytes ?? 0
        guard let request = streams[id]?.webSocket?.id,
            let bytes = streams[id]?.webSocket?.newlyTaken(allBut: waiting), bytes > 0
        else { return }
        actions.append(.consumed(request, bytes: bytes))
    }

    // MARK: Time and the end

    mutating func drainWebSockets(at now: NIODeadline) {
        for id in webSockets.sorted() {
            streams[id]?.webSocket?.drain(at: now)
            moveWebSocket(id, at: now)
        }
    }

    /// Looks after the WebSockets whose time has come.
    ///
    /// - Parameter progresses: whether the client takes what was written before.
    mutating func advanceWebSockets(progresses: Bool, at now: NIODeadline) {
        webSocketDeadline = .distantFuture
        for id in webSockets.sorted() {
            guard let deadline = streams[id]?.webSocket?.deadline else { continue }
            if deadline <= now {
                // A client that has not come to the ping yet, or whose answer is not read, may be there.
                if progresses || !isWritable || streams[id]?.heldBytes ?? 0 > 0 {
                    streams[id]?.webSocket?.noteAlive(at: now)
                }
                streams[id]?.webSocket?.advance(to: now)
            }
            moveWebSocket(id, at: now)
        }
    }
}
