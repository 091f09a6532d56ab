import NIOCore
import SwiftZMQ

extension HTTP1Connection {
    /// Reads as many requests as have come and may be begun.
    mutating func parse(at now: NIODeadline) {
        // An answer of the gateway's own, given while requests are read, must not start a second reading.
        guard !isParsing, stage == .open else { return }
        isParsing = true
        defer { isParsing = false }
        while stage == .open {
            switch reading {
            case .head: guard takesRequests, readHead(at: now) else { return }
            case .body: guard readBody(at: now) else { return }
            case .suspended, .webSocket: return
            case .stopped:
                input = ByteBuffer()
                return
            }
        }
    }

    /// Goes on with a head; false where more bytes are needed.
    private mutating func readHead(at now: NIODeadline) -> Bool {
        if mayBecomeHTTP2 {
            guard isHTTP1(at: now) else { return false }
            refuseIfToBe(at: now)
            if reading == .stopped { return true }
        }
        guard skipEmptyLine() else { return false }
        do {
            guard let request = try parser.parse(&input, limits: rules.limits) else { return false }
            sawEmptyLine = false
            wait = .none
            if input.readableBytes == 0 { input = ByteBuffer() }
            begin(request, at: now)
        } catch {
            refuse(error, at: now)
        }
        return true
    }

    /// Whether the client begins otherwise than with the preface of HTTP/2; until that is known, and where it does not,
    /// nothing is read.
    private mutating func isHTTP1(at now: NIODeadline) -> Bool {
        guard beginsAsHTTP2 else {
            mayBecomeHTTP2 = false
            return true
        }
        guard input.readableBytes >= HTTP2InboundFilter.preface.utf8CodeUnitCount else { return false }
        let all = input
        end(.becomeHTTP2(all), at: now)
        return false
    }

    /// Whether what has come is the preface of HTTP/2, or a part of it.
    private var beginsAsHTTP2: Bool {
        let preface = HTTP2InboundFilter.preface
        let bytes = input.readableBytesUInt8Span
        for index in 0..<min(bytes.count, preface.utf8CodeUnitCount) where bytes[index] != preface.utf8Start[index] {
            return false
        }
        return true
    }

    /// Refuses a head that cannot become a good one any more. Not before everything has been read that has come: of
    /// several mistakes the first in the order of the rules counts, and the size of the head is an early one.
    mutating func refuseHopelessHead(at now: NIODeadline) {
        guard stage == .open, reading == .head, input.readableBytes > 0, !parser.isAtStart, takesRequests,
            let rejection = parser.rejection(ofIncomplete: input.readableBytesUInt8Span, limits: rules.limits)
        else { return }
        refuse(rejection, at: now)
    }

    /// Passes over the one empty line that may come before a request (RFC 9112, section 2.2); false where no byte of
    /// a head is there.
    private mutating func skipEmptyLine() -> Bool {
        guard !sawEmptyLine, parser.isAtStart else { return input.readableBytes > 0 }
        guard let first = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return false }
        guard first == UInt8(ascii: "\r") else { return true }
        guard input.readableBytes > 1 else { return false }
        guard input.getInteger(at: input.readerIndex + 1, as: UInt8.self) == UInt8(ascii: "\n") else { return true }
        sawEmptyLine = true
        input.moveReaderIndex(forwardBy: 2)
        return input.readableBytes > 0
    }

    private mutating func begin(_ request: consuming ParsedRequest, at now: NIODeadline) {
        let (isHTTP10, keepsAlive) = (request.isHTTP10, request.keepsAlive)
        // What follows a CONNECT is not HTTP, whatever the answer (RFC 9110, section 9.3.6).
        let isLast = request.isMethod("CONNECT")
        let exchange = HTTPExchange(request, from: origin, rules, at: now)
        if let rejection = exchange.earlyRefusal {
            refuse(exchange, rejection, isHTTP10: isHTTP10, at: now)
        } else if !isLast, exchange.request?.body != ParsedRequest.Body.none, let incoming = IncomingBody(exchange) {
            // Without a body this is not reached: the exchange is moved on then, and not copied.
            let needsContinue = incoming.needsContinue
            body = incoming
            if !needsContinue { body?.exchange.awaitBody(rules, at: now) }
            reading = .body
        } else {
            complete(exchange, ByteBuffer(), isHTTP10: isHTTP10, closes: isLast || !keepsAlive, at: now)
        }
    }

    /// Goes on with a body; false where more bytes are needed.
    private mutating func readBody(at now: NIODeadline) -> Bool {
        // The state must not hold a second reference to the body while bytes are added to it.
        guard var body = body.take() else { return false }
        do {
            if try body.read(&input, limits: rules.limits) {
                wait = .none
                reading = .head
                if input.readableBytes == 0 { input = ByteBuffer() }
                complete(body.exchange, body.data, isHTTP10: body.isHTTP10, closes: !body.keepsAlive, at: now)
                return true
            }
        } catch {
            refuse(body.exchange, error, isHTTP10: body.isHTTP10, at: now)
            return true
        }
        if input.readableBytes == 0 { input = ByteBuffer() }
        if body.needsContinue, exchanges.isEmpty {
            // Answers to earlier requests come first; the last of them lets this one go on.
            body.needsContinue = false
            withOutput(minimumCapacity: 32) { $0.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
        }
        if !body.needsContinue { body.exchange.awaitBody(rules, at: now) }
        self.body = body
        return false
    }

    /// Hands a whole request over, or lets it be answered.
    private mutating func complete(
        _ exchange: consuming HTTPExchange, _ body: ByteBuffer, isHTTP10: Bool, closes: Bool, at now: NIODeadline
    ) {
        let action = exchange.receive(.complete(Frame(body)), rules, at: now)
        let isRepeatable = exchange.isSafe && !exchanges.isEmpty
        append(PipelinedExchange(exchange, isHTTP10: isHTTP10, closes: closes || rules.isDraining))
        if case .submit(let request) = action {
            if reading == .head, exchanges[exchanges.count - 1].exchange.mayUpgrade { reading = .suspended }
            if isRepeatable { exchanges[exchanges.count - 1].repetition = request }
            actions.append(.submit(request))
        } else {
            serve(at: now)
        }
    }

    private mutating func append(_ exchange: consuming PipelinedExchange) {
        // `Connection: close` says that no further request is read. Frames of a WebSocket are none, and are kept.
        if exchange.closes, !exchange.exchange.mayUpgrade { stopReading() }
        exchanges.append(exchange)
    }

    mutating func stopReading() {
        reading = .stopped
        input = ByteBuffer()
        body = nil
    }

    /// Refuses a request whose head is good: for its body, or for what its head alone was to be refused for.
    mutating func refuse(
        _ exchange: consuming HTTPExchange, _ rejection: RequestRejection, isHTTP10: Bool, at now: NIODeadline
    ) {
        _ = exchange.receive(.refused(rejection), rules, at: now)
        append(PipelinedExchange(exchange, isHTTP10: isHTTP10, closes: true))
        serve(at: now)
    }

    /// Refuses what cannot be read to its end: answers in its turn, and ends the connection after that.
    mutating func refuse(_ rejection: RequestRejection, at now: NIODeadline) {
        let hints = HeadHints(input.readableBytesUInt8Span, limits: rules.limits)
        let exchange = HTTPExchange(refused: rejection, hints, from: origin, rules, at: now)
        append(PipelinedExchange(exchange, isHTTP10: false, closes: true))
        serve(at: now)
    }
}
