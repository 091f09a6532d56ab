public import HTTPTypes
import SwiftZMQ
import SystemSupport
import WorkerProtocol

/// A WebSocket between a client and the worker: an async sequence of the client's messages, and a writer to it.
///
/// ```swift
/// for await message in socket { try await socket.send(message) }
/// ```
///
/// Both directions have back pressure. The gateway reads the client no faster than messages are taken from the sequence, and
/// ``send(_:)-(Message)`` waits while the client does not keep up. Any number of tasks may send at once: messages leave in
/// the order in which they were given. One task reads. Of a client that sends 65,536 messages which nobody takes, which takes
/// empty ones, as what the gateway reads is counted in bytes, the WebSocket is closed with 1008.
///
/// Ping, pong, fragments, masks and the check of UTF-8 are the gateway's.
public final class WorkerWebSocket: Sendable {
    typealias Turn = CheckedContinuation<Bool, Never>
    typealias Wake = CheckedContinuation<Void, Never>
    typealias State = WebSocketState<Turn, Wake>

    let reply: PendingReply
    private let offered: [String]
    let state: Locked<State>

    /// - Parameter credit: how many bytes of messages the gateway takes at first.
    init(reply: PendingReply, offered: [String], credit: Int) {
        self.reply = reply
        self.offered = offered
        state = Locked(State(credit: credit))
    }

    // MARK: The handshake

    /// Accepts the WebSocket.
    ///
    /// The first message that is sent or awaited accepts it, too, without a subprotocol and without fields.
    ///
    /// - Parameters:
    ///   - subprotocol: one that the client offered (``WorkerRequest/webSocketSubprotocols``); nil for none.
    ///   - headerFields: further fields of the answer to the handshake, such as `set-cookie`.
    /// - Throws: ``WorkerWebSocketError`` when the client has not offered the subprotocol, or the WebSocket has been accepted
    ///   already; ``Close`` or `CancellationError` when it has ended.
    public func accept(subprotocol: String? = nil, headerFields: HTTPFields = [:]) async throws {
        guard subprotocol.map({ offered.contains($0) }) ?? true else {
            throw WorkerWebSocketError(
                .subprotocol,
                "the client has not offered the subprotocol '\(subprotocol ?? "")' but \(offered); accept one of those, or none"
            )
        }
        guard try await begin(subprotocol: subprotocol, headerFields: headerFields) else {
            throw WorkerWebSocketError(
                .accepted,
                "the WebSocket has been accepted already; accept it before its first message is sent or awaited")
        }
    }

    /// Whether the handshake has been answered.
    var isAccepted: Bool { state.withLock { $0.isAccepted } }

    /// Answers the handshake; false where that has been done.
    @discardableResult
    func begin(subprotocol: String? = nil, headerFields: HTTPFields = [:]) async throws -> Bool {
        guard !isAccepted else { return false }
        try Task.checkCancellation()
        var fields = headerFields.map { ReplyHead.Field(name: $0.name.canonicalName, value: $0.value) }
        if let subprotocol { fields.append(ReplyHead.Field(name: "sec-websocket-protocol", value: subprotocol)) }
        let head = try ReplyHead.webSocketFrame(
            fields: fields, credit: reply.session.worker.configuration.webSocketCredit)
        switch state.withLock({ $0.accept() }) {
        case .already: return false
        case .over(let ending): throw ending.error
        case .now:
            defer { finishSending() }
            try await reply.send(Frame(), after: head)
            return true
        }
    }

    // MARK: Sending

    /// Sends a message, once it is its turn and the gateway has room for it.
    ///
    /// - Throws: ``Close`` when the WebSocket is closed, `CancellationError` when nobody is there any more or the task is
    ///   cancelled, ``WorkerWebSocketError`` when the message is larger than the gateway takes from a worker at a time: its
    ///   `--response-buffer`, or less where the client has much open on one connection of HTTP/2.
    public func send(_ message: Message) async throws {
        try await begin()
        let data = message.data
        let limit = state.withLock { $0.largestMessage }
        guard data.count <= limit else {
            throw WorkerWebSocketError(
                .messageTooLarge,
                "a message of \(data.count) bytes is larger than the \(limit) that the gateway takes at a time; send less, or "
                    + "raise the gateway's --response-buffer, of which a stream of HTTP/2 has a part")
        }
        try await takeTurn(for: data.count)
        defer { finishSending() }
        try await reply.session.socket.send(
            WorkerCommand.message(request: reply.id, kind: message.kind, data: data))
    }

    /// Sends a text. See ``send(_:)-(Message)``.
    public func send(_ text: String) async throws {
        try await send(.text(text))
    }

    private func takeTurn(for bytes: Int) async throws {
        try Task.checkCancellation()
        switch state.withLock({ $0.trySend(bytes) }) {
        case .now: return
        case .over(let ending): throw ending.error
        case .later, nil: break
        }
        let ticket = state.withLock { $0.newTicket() }
        let isItsTurn = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Turn) in
                let isItsTurn: Bool? = state.withLock { state in
                    // Cancelled before this: the handler has come and found nobody. Cancelled after it: the handler will
                    // wait for the lock and find the sender.
                    if Task.isCancelled { return false }
                    return switch state.send(bytes, ticket: ticket, as: continuation) {
                    case .now: true
                    case .over: false
                    case .later: nil
                    }
                }
                if let isItsTurn { continuation.resume(returning: isItsTurn) }
            }
        } onCancel: {
            carryOut(state.withLock { $0.withdrawSender(ticket) })
        }
        guard isItsTurn else { throw state.withLock { $0.ending }?.error ?? CancellationError() }
    }

    private func finishSending() {
        carryOut(state.withLock { $0.finishSending() })
    }

    // MARK: The end

    /// Closes the WebSocket: its sequence ends, and whatever the client has sent and nobody has taken is dropped.
    ///
    /// Messages that were sent before go out before it. A second close, or one after the client's, does nothing.
    ///
    /// - Parameters:
    ///   - code: why. Default 1000.
    ///   - reason: a few words for the client's program or its log, at most 123 bytes of UTF-8.
    /// - Throws: ``WorkerWebSocketError`` when the code may not be sent or the reason is too long; what
    ///   ``accept(subprotocol:headerFields:)`` throws where the WebSocket has not been accepted.
    public func close(_ code: CloseCode = .normal, reason: String = "") async throws {
        let close = Close(code, reason: reason)
        try close.check()
        guard ending == nil else { return }
        try await begin()
        finish(close)
    }

    /// How the WebSocket was closed: by the client, or by the worker itself. Nil while it is open, and where the client or
    /// the gateway has gone without a close.
    public var closed: Close? {
        guard case .closed(let close) = ending else { return nil }
        return close
    }

    /// Whether nothing can be sent any more.
    var hasEnded: Bool { ending != nil }

    private var ending: State.Ending? { state.withLock { $0.ending } }

    /// Says the last word once the handler is done, unless it has been said.
    ///
    /// - Parameter close: nil for the one that fits: nothing more where the client has closed or is gone, 1012 where the
    ///   worker stops, otherwise 1000.
    func finish(_ close: Close?) {
        carryOut(
            state.withLock { state in
                let fitting = state.isGoingAway ? Close(.serviceRestart) : Close(.normal)
                return state.finish(state.ending == nil ? close ?? fitting : nil)
            })
    }

    // MARK: What the session tells

    func receive(_ kind: WebSocketMessageKind, _ data: Frame) {
        carryOut(
            state.withLock { state in
                switch kind {
                case .text: state.receive(.text(String(data)))
                case .binary: state.receive(.binary(data))
                case .close: state.receiveClose(Close(reading: data))
                }
            })
    }

    func grant(_ bytes: Int) {
        carryOut(state.withLock { $0.grant(bytes) })
    }

    /// The worker is about to stop: the sequence ends.
    func goAway() {
        carryOut(state.withLock { $0.goAway() })
    }

    /// Nobody is there any more.
    func abandon() {
        carryOut(state.withLock { $0.abandon() })
    }

    // MARK: Effects

    /// Does what a step of the state asks for; never under its lock.
    func carryOut(_ followup: State.Followup) {
        followup.next?.resume(returning: true)
        for sender in followup.failed { sender.resume(returning: false) }
        for receiver in followup.receivers { receiver.resume() }
        if followup.sendsFinal {
            let close = state.withLock { $0.final } ?? nil
            reply.finish(
                WorkerCommand.close(
                    request: reply.id, code: close?.code.rawValue, reason: Frame(close?.reason ?? "")))
        }
    }
}

extension WebSocketState.Ending {
    /// What whoever still sends is told.
    var error: any Error {
        switch self {
        case .closed(let close): close
        case .abandoned: CancellationError()
        }
    }
}
