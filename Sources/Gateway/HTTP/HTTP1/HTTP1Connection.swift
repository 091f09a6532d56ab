import NIOCore
import SwiftZMQ
import WorkerProtocol

/// A connection of HTTP/1.1 or HTTP/1.0, as a state machine without a socket and without a clock: it reads requests from
/// bytes, keeps the answers in their order, and frames them.
///
/// Whoever drives it tells it what happened and when (bytes came, the broker spoke, bytes were taken, time passed), calls
/// ``proceed(at:)``, writes what ``takeOutput()`` gives and says what became of it, and carries out the ``Action``s, until
/// neither gives anything more. Before an action that ends something everything written must have been handed on. The
/// parser is strict where a general one is lenient, and no task and no future is made for a request.
///
/// The code is in four more files: what is read (`+Reading`), what is written (`+Answering`), the WebSocket that it may become
/// (`+WebSocket`), and how time and the end of the connection are looked after (`+Ending`).
struct HTTP1Connection {
    /// What is to be done.
    enum Action {
        /// Hand a request over to the broker.
        case submit(GatewayRequest)
        /// Tell the broker that nobody waits for an answer any more.
        case cancel(RequestID)
        /// Tell the broker that the client has taken bytes of a streamed response.
        case consumed(RequestID, bytes: Int)
        /// Hand over what the client of a WebSocket sent; nothing follows a close.
        case send(RequestID, WebSocketMessageKind, Frame)
        /// Tell whoever wants to know about a finished request.
        indirect case finished(FinishedRequest)
        /// Serve HTTP/2 in its place, from these bytes on.
        case becomeHTTP2(ByteBuffer)
        /// Close the output once everything is written.
        case endOutput
        /// Close the connection.
        case close
        /// Close the connection so that the other side takes it for an error.
        case reset
    }

    /// What is being read.
    enum Reading {
        case head
        case body
        /// Nothing, until it is known whether what follows is a WebSocket's.
        case suspended
        /// A WebSocket.
        case webSocket
        /// Nothing more: what comes is dropped.
        case stopped
    }

    /// What a connection has a deadline for.
    enum Wait {
        case none
        case idle
        case header
        case body
        /// The client of a WebSocket says something.
        case webSocket
        /// The client takes what is written.
        case progress
        /// The client takes the last of what is written.
        case delivery
        case linger
    }

    let rules: FrontRules
    let origin: HTTPExchange.Origin

    var stage = ConnectionStage.open
    var reading = Reading.head
    var parser: RequestHeadParser
    var body: IncomingBody?
    var input = ByteBuffer()
    var sawEmptyLine = false
    var isInputClosed = false
    var isParsing = false
    /// Whether nothing has come yet that a client of HTTP/2 would not begin with, and such a one may.
    var mayBecomeHTTP2 = false
    /// Whether there are too many connections, which is to be said once it is known in which version.
    var isToBeRefused = false

    var exchanges: [PipelinedExchange] = []
    /// The WebSocket that the connection has become, in place of the answer to the only exchange.
    var webSocket: WebSocketExchange?
    /// What is written and not yet handed on.
    var output: ByteBuffer?
    /// How many bytes were handed on.
    var written = 0
    /// How many of them wait in the process, as far as that is more than nothing to speak of.
    var buffered = 0
    var actions: [Action] = []

    var wait = Wait.none
    private(set) var deadline = NIODeadline.distantFuture
    var progress = DeliveryProgress()
    /// From which byte on what was written is not for the client to keep: it is to be told by a reset once it has what
    /// comes before.
    var resetPosition: Int?
    /// Whether the last response has begun, and its body is everything until the connection ends.
    var endsByClosing = false
    /// Whether a stream of topics, or a WebSocket, was among the answers.
    var hasStreamedTopics = false
    /// Whether its client had not acknowledged anything when that was last looked at, though there was something.
    var standsStill = false
    /// Whether ``noteDelivery(unacknowledged:at:)`` is to be called without waiting for the deadline.
    var checksDelivery = false

    init(_ rules: FrontRules, from origin: HTTPExchange.Origin) {
        self.rules = rules
        self.origin = origin
        parser = RequestHeadParser(defaultPort: origin.defaultPort)
    }

    // MARK: What happens

    /// The connection is there. To be called once, before anything else.
    ///
    /// - Parameters:
    ///   - isRefused: whether there are too many.
    ///   - mayBecomeHTTP2: whether the client may begin with HTTP/2.
    mutating func start(isRefused: Bool, mayBecomeHTTP2: Bool = false, at now: NIODeadline) {
        self.mayBecomeHTTP2 = mayBecomeHTTP2
        isToBeRefused = isRefused
        if rules.isDraining, !isRefused {
            drain(unacknowledged: 0, at: now)
        } else if !mayBecomeHTTP2 {
            refuseIfToBe(at: now)
        }
    }

    /// Says that there are too many connections, where that is so.
    mutating func refuseIfToBe(at now: NIODeadline) {
        guard isToBeRefused else { return }
        isToBeRefused = false
        refuse(RequestRejection(.tooManyConnections, GatewayFailure.tooManyConnections.explanation), at: now)
    }

    /// Bytes came.
    mutating func receive(_ bytes: ByteBuffer, at now: NIODeadline) {
        guard stage == .open, reading != .stopped else { return }
        if webSocket != nil { return receiveForWebSocket(bytes, at: now) }
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.writeImmutableBuffer(bytes)
        }
        parse(at: now)
    }

    /// The broker spoke of a request.
    mutating func receive(_ event: consuming ReplyEvent, for number: UInt64, at now: NIODeadline) {
        if webSocket != nil { return receiveForWebSocket(event, for: number, at: now) }
        guard stage == .open, let index = exchanges.firstIndex(where: { $0.exchange.id?.number == number }) else {
            return
        }
        if case .handled = event {
            _ = exchanges[index].exchange.receive(.reply(event), rules, at: now)
        } else if index == 0, exchanges[0].held.isEmpty, exchanges[0].rest == nil, !mustWait(event) {
            answer(with: event, at: now)
        } else {
            hold(event, index)
        }
    }

    /// Bytes were handed on, or were taken; so many of all that were handed on wait in the process, 0 where they are so few
    /// that more may be written.
    mutating func outputTaken(buffered: Int) {
        self.buffered = buffered
        let waiting = unsent
        if let id = webSocket?.id, let bytes = webSocket?.newlyTaken(allBut: waiting), bytes > 0 {
            actions.append(.consumed(id, bytes: bytes))
        }
        guard stage == .open, !exchanges.isEmpty, exchanges[0].framing != nil, let id = exchanges[0].exchange.id else {
            return
        }
        let bytes = exchanges[0].exchange.noteTaken(allBut: unsent, rules)
        if bytes > 0 { actions.append(.consumed(id, bytes: bytes)) }
    }

    /// The connection is gone. Nothing happens any more after that.
    mutating func closed(at now: NIODeadline) {
        stage = .closed
        stopReading()
        output = nil
        abandonExchanges(from: 0, at: now)
    }

    // MARK: Steps

    /// Answers what can be answered, reads what that made room for, and decides what the connection waits for next.
    mutating func proceed(at now: NIODeadline) {
        serve(at: now)
        parse(at: now)
        refuseHopelessHead(at: now)
        updateDeadline(at: now)
    }

    /// What is to be handed to the client next; nil where there is nothing.
    mutating func takeOutput() -> ByteBuffer? {
        guard stage != .closed, let buffer = output.take() else { return nil }
        written += buffer.readableBytes
        return buffer
    }

    /// Takes the actions that have come together, in exchange for an empty array whose room is used for the next.
    mutating func takeActions(into taken: inout [Action]) {
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &actions)
    }

    /// Whether so much is written that it should be handed on before more is told.
    var isOutputLarge: Bool { outputSize > rules.settings.responseBuffer / 2 }

    /// Whether more bytes can be taken from the client.
    var wantsInput: Bool {
        switch reading {
        case .head: takesRequests
        case .body: true
        case .suspended: false
        // Pings are answered as far as the answers are taken.
        case .webSocket: webSocket?.wantsInput == true && buffered == 0
        case .stopped: stage == .ending || stage == .lingering
        }
    }

    // MARK: What is known

    /// Whether a further request may be begun: not too many are open, and the client takes its answers.
    var takesRequests: Bool { exchanges.count < rules.settings.maximumPipelinedRequests && buffered == 0 }

    var outputSize: Int { output?.readableBytes ?? 0 }

    /// The bytes that wait in the process.
    var unsent: Int { buffered + outputSize }

    /// How long a client may take nothing of the last that is written. A stream of topics has no end that anybody waits for:
    /// who does not take the rest of it does not keep the gateway from ending.
    var patience: TimeAmount {
        rules.isDraining && hasStreamedTopics ? min(.seconds(1), rules.times.idle) : rules.times.idle
    }

    mutating func setDeadline(_ deadline: NIODeadline) { self.deadline = deadline }
}
