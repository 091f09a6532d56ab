import NIOCore
import SwiftZMQ
import WorkerProtocol

/// A WebSocket from its handshake to its end, as a state machine that knows neither the connection under it nor who serves
/// it.
///
/// Whoever has the connection gives it what the client sent (``received(_:at:)``), writes what it wants written
/// (``takeOutput()``), and does what else it says (``takeAction()``). Ping, pong, fragments, sizes, the way in which it ends
/// and the client's silence are its own business.
///
/// What is not read cannot grow: a message waits as long as whoever serves the client has no room for it, and
/// ``wantsInput`` is false meanwhile.
struct WebSocketSession {
    /// What is to be done besides writing.
    enum Action: Equatable {
        /// The client sent a message.
        case deliver(WebSocketMessageKind, ByteBuffer)
        /// The client ends, and says no more; the code and the reason as they came.
        case deliverClose(ByteBuffer)
        /// The client is gone without having said so, or is sent away for what it did.
        case deliverLoss
        /// The connection is to be closed once everything is written.
        case endOutput
    }

    /// How long a client may be silent before it is asked whether it is there, and how long it has to answer.
    static let pingInterval = TimeAmount.seconds(30)
    /// How long the connection stays for the client's answer to a close.
    static let closeTimeout = TimeAmount.seconds(5)

    private enum State: Equatable {
        case open
        /// This side has said that it ends, and waits for the client to say so.
        case closing
        case closed
    }

    private var state = State.open
    private var reader: WebSocketReader
    private(set) var input = ByteBuffer()
    private var output = ByteBuffer()
    private(set) var actions = CircularBuffer<Action>()
    /// The message for which there is no room yet.
    private var held: (kind: WebSocketMessageKind, message: ByteBuffer)?
    /// How many bytes of messages may be delivered.
    private var credit: Int
    /// Whether messages wait whatever their size.
    private var isSuspended = false
    private var isPinged = false
    /// When something has to be done though nothing happens.
    private(set) var deadline: NIODeadline

    /// - Parameters:
    ///   - maximumMessageSize: the most bytes of a message of the client's; a larger one ends the WebSocket with 1009.
    ///   - credit: how many bytes of messages may be delivered before more is granted.
    init(maximumMessageSize: Int, credit: Int, at now: NIODeadline) {
        reader = WebSocketReader(maximumMessageSize: maximumMessageSize)
        self.credit = credit
        deadline = now + Self.pingInterval
    }

    /// Whether anything more can be done.
    var isOver: Bool { state == .closed && actions.isEmpty && output.readableBytes == 0 }

    /// Whether messages still go both ways.
    var isOpen: Bool { state == .open }

    /// Whether more bytes of the client's can be taken.
    var wantsInput: Bool { state != .closed && held == nil }

    /// The next thing to be done; nil where there is none.
    mutating func takeAction() -> Action? { actions.popFirstOrShrink() }

    /// What is to be written; nil where there is nothing.
    mutating func takeOutput() -> ByteBuffer? {
        guard output.readableBytes > 0 else { return nil }
        var taken = ByteBuffer()
        swap(&taken, &output)
        return taken
    }

    // MARK: The client

    /// The client sent bytes.
    mutating func received(_ bytes: ByteBuffer, at now: NIODeadline) {
        guard state != .closed else { return }
        isPinged = false
        if state == .open { deadline = now + Self.pingInterval }
        var bytes = bytes
        if input.readableBytes == 0 { swap(&input, &bytes) } else { input.writeBuffer(&bytes) }
        read()
    }

    /// The client's side of the connection is closed, or all of it.
    mutating func disconnected() {
        guard state != .closed else { return }
        if state == .open { actions.append(.deliverLoss) }
        end()
    }

    private mutating func read() {
        while held == nil, state != .closed {
            do throws(WebSocketFailure) {
                guard let event = try reader.next(from: &input) else { return giveBackInput() }
                take(event)
            } catch {
                fail(error)
            }
        }
    }

    /// Frees the memory that the bytes came in, as a WebSocket may be silent for hours. What has not been read of them, a part
    /// of a frame's head at most, is kept in memory of its own.
    private mutating func giveBackInput() {
        var left = ByteBuffer()
        if input.readableBytes > 0 { left.writeBuffer(&input) }
        input = left
    }

    private mutating func take(_ event: WebSocketReader.Event) {
        switch event {
        case .message(let kind, let message):
            // After this side's close nothing is of interest but the client's.
            guard state == .open else { return }
            held = (kind, message)
            deliverHeld()
        case .ping(let contents):
            if state == .open { WebSocketWriter.writePong(contents, to: &output) }
        case .pong: break
        case .close(let contents):
            if state == .open {
                WebSocketWriter.writeClose(answering: contents, to: &output)
                actions.append(.deliverClose(contents))
            }
            end()
        }
    }

    private mutating func deliverHeld() {
        guard let (kind, message) = held, !isSuspended, message.readableBytes <= credit else { return }
        credit -= message.readableBytes
        held = nil
        actions.append(.deliver(kind, message))
    }

    /// Sends the client away for what it sent.
    private mutating func fail(_ failure: WebSocketFailure) {
        if state == .open {
            WebSocketWriter.writeClose(failure.code, WebSocketWriter.fitting(failure.reason), to: &output)
            actions.append(.deliverLoss)
        }
        end()
    }

    private mutating func end() {
        state = .closed
        held = nil
        input = ByteBuffer()
        deadline = .distantFuture
        actions.append(.endOutput)
    }

    // MARK: Who serves it

    /// Sends a message to the client; false where a text is none, which ends the WebSocket.
    mutating func send(_ kind: WebSocketMessageKind, _ message: Frame) -> Bool {
        guard state == .open else { return true }
        if kind == .text {
            var check = UTF8Check()
            guard message.withUnsafeBytes({ check.accepts($0) }), check.isComplete else { return false }
        }
        WebSocketWriter.write(kind, message, to: &output)
        return true
    }

    /// Sends frames that are made already, whole ones.
    mutating func send(frames: Frame) {
        guard state == .open else { return }
        frames.withUnsafeBytes { _ = output.writeBytes($0) }
    }

    /// Ends the WebSocket. Whoever serves it hears no more of the client.
    mutating func close(_ code: WebSocketCloseCode, _ reason: String = "", at now: NIODeadline) {
        close(code, WebSocketWriter.fitting(reason), at: now)
    }

    /// Ends the WebSocket with a reason that is valid UTF-8 and fits into the frame.
    mutating func close(_ code: WebSocketCloseCode, _ reason: Frame, at now: NIODeadline) {
        guard state == .open else { return }
        WebSocketWriter.writeClose(code, reason, to: &output)
        state = .closing
        held = nil
        deadline = now + Self.closeTimeout
        // The client's own close may lie behind a message that was waiting.
        read()
    }

    /// Whoever serves it has room for so many more bytes.
    mutating func grant(_ bytes: Int, at now: NIODeadline) {
        guard state == .open else { return }
        let (sum, overflows) = credit.addingReportingOverflow(bytes)
        credit = overflows ? .max : sum
        deliverWaiting(at: now)
    }

    /// Whoever serves it takes no message for now, or does again.
    mutating func setSuspended(_ isSuspended: Bool, at now: NIODeadline) {
        guard state == .open else { return }
        self.isSuspended = isSuspended
        if !isSuspended { deliverWaiting(at: now) }
    }

    private mutating func deliverWaiting(at now: NIODeadline) {
        guard held != nil else { return }
        deliverHeld()
        guard held == nil else { return }
        // What the client may have said meanwhile was not read.
        isPinged = false
        deadline = now + Self.pingInterval
        read()
    }

    // MARK: Time

    /// What the client may have said meanwhile was not read, or it shows otherwise that it is there.
    mutating func noteAlive(at now: NIODeadline) {
        guard state == .open else { return }
        isPinged = false
        deadline = now + Self.pingInterval
    }

    /// Does what is to be done at this time.
    mutating func advance(to now: NIODeadline) {
        guard now >= deadline else { return }
        switch state {
        case .open where held != nil:
            // Its answer would not be read.
            deadline = now + Self.pingInterval
        case .open where !isPinged:
            WebSocketWriter.writePing(to: &output)
            isPinged = true
            deadline = now + Self.pingInterval
        case .open:
            actions.append(.deliverLoss)
            end()
        case .closing: end()
        case .closed: break
        }
    }
}
