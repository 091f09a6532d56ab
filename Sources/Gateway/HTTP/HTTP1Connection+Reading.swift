import DequeModule
import NIOCore
import SwiftZMQ

extension HTTP1Connection {
    /// Reads as many requests as have come and may be begun.
    func parse() {
        // An answer of the gateway's own, given while requests are read, must not start a second reading.
        guard !isParsing, stage == .open else { return }
        isParsing = true
        defer { isParsing = false }
        while true {
            switch reading {
            case .head(let scanner):
                guard takesRequests, readHead(scanner) else { return }
            case .body(let body):
                // The state must not hold a second reference to the body while bytes are added to it.
                reading = .stopped
                guard readBody(body) else { return }
            case .stopped:
                input = ByteBuffer()
                return
            }
        }
    }

    /// Goes on with a head; false where more bytes are needed.
    private func readHead(_ known: HeadScanner) -> Bool {
        var scanner = known
        guard skipEmptyLine(scanner) else { return false }
        switch scanner.scan(input.readableBytesUInt8Span) {
        case .incomplete:
            reading = .head(scanner)
            return false
        case .complete(let length):
            sawEmptyLine = false
            wait = .none
            reading = .head(HeadScanner())
            guard let bytes = input.readSlice(length: length) else { return false }
            if input.readableBytes == 0 { input = ByteBuffer() }
            begin(bytes, scanner)
            return true
        }
    }

    /// Refuses a head that cannot become a good one any more. Not before everything has been read that has come: of
    /// several mistakes the first in the order of the rules counts, and the size of the head is an early one.
    func refuseHopelessHead() {
        guard stage == .open, case .head(let scanner) = reading, !scanner.isAtStart, takesRequests,
            let rejection = scanner.rejection(of: input.readableBytesUInt8Span, limits: loop.settings)
        else { return }
        refuse(rejection, HeadHints(input.readableBytesUInt8Span))
        serve()
    }

    /// Passes over the one empty line that may come before a request (RFC 9112, section 2.2); false where no byte of
    /// a head is there.
    private func skipEmptyLine(_ scanner: HeadScanner) -> Bool {
        guard !sawEmptyLine, scanner.isAtStart else { return input.readableBytes > 0 }
        guard let first = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return false }
        guard first == UInt8(ascii: "\r") else { return true }
        guard input.readableBytes > 1 else { return false }
        guard input.getInteger(at: input.readerIndex + 1, as: UInt8.self) == UInt8(ascii: "\n") else { return true }
        sawEmptyLine = true
        input.moveReaderIndex(forwardBy: 2)
        return input.readableBytes > 0
    }

    private func begin(_ bytes: ByteBuffer, _ scanner: HeadScanner) {
        let head: RequestHeadBytes
        do {
            head = try RequestHeadBytes(bytes, scannedBy: scanner, limits: loop.settings)
        } catch {
            refuse(error, HeadHints(bytes.readableBytesUInt8Span))
            serve()
            return
        }
        let shape: RequestShape
        do {
            shape = try RequestShape(head)
        } catch {
            refuse(error, HeadHints(bytes.readableBytesUInt8Span), head)
            serve()
            return
        }
        let request = AdmittedRequest(head, shape, from: peer, on: loop)
        if let answer = request.earlyAnswer {
            append(request, answer, bodySize: 0, closes: true)
            reading = .stopped
            serve()
        } else if let body = IncomingBody(request) {
            reading = .body(body)
        } else {
            complete(request, ByteBuffer())
        }
    }

    /// Goes on with a body; false where more bytes are needed.
    private func readBody(_ known: consuming IncomingBody) -> Bool {
        var body = known
        do {
            if try body.read(&input, settings: loop.settings) {
                wait = .none
                reading = .head(HeadScanner())
                complete(body.request, body.data)
                return true
            }
        } catch {
            refuseBody(error, body.request)
            serve()
            return true
        }
        if input.readableBytes == 0 { input = ByteBuffer() }
        if body.needsContinue, requests.isEmpty {
            // Answers to earlier requests come first; the last of them lets this one go on.
            body.needsContinue = false
            withOutput(minimumCapacity: 32) { $0.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
        }
        reading = .body(body)
        return false
    }

    /// Hands a whole request over, or answers it.
    private func complete(_ request: AdmittedRequest, _ body: ByteBuffer) {
        switch request.plan {
        case .answer(let answer):
            append(request, answer, bodySize: body.readableBytes, closes: !request.shape.keepsAlive)
            serve()
        case .forward(let service, let timeout, let retries):
            let frame: Message
            do {
                frame = try request.frame(bodySize: body.readableBytes, listenerAddress: listenerAddress)
            } catch {
                refuse(.malformed("The head contains what cannot be passed on."), nil, request.head, request)
                serve()
                return
            }
            let id = loop.register(self)
            append(
                request, nil, number: id.number, service: service, bodySize: body.readableBytes,
                closes: !request.shape.keepsAlive)
            loop.submit(
                GatewayRequest(
                    id: id, service: service, head: frame, body: Message(body), isIdempotent: request.isIdempotent,
                    retries: retries, timeout: timeout))
        }
    }

    private func append(
        _ request: AdmittedRequest, _ answer: LocalAnswer?, number: UInt64 = 0, service: String? = nil, bodySize: Int,
        closes: Bool
    ) {
        var open = OpenRequest(requestID: request.requestID, closes: closes || loop.isDraining)
        open.number = number
        open.isHead = request.method == "HEAD"
        open.isHTTP10 = request.shape.isHTTP10
        open.prefersText = request.prefersText
        open.local = answer
        if loop.isObserved {
            open.method = request.method
            if loop.wantsTargets { open.target = request.head.text(request.head.startLine.target) }
            open.client = request.client(on: loop)
            open.service = service
            open.bytesIn = bodySize
            open.started = loop.eventLoop.now
        }
        if open.closes { reading = .stopped }
        requests.append(open)
    }

    /// Refuses a request for its body, or for what its head alone was to be refused for.
    func refuseBody(_ rejection: RequestRejection, _ request: AdmittedRequest) {
        guard case .answer(let answer) = request.plan else { return refuse(rejection, nil, request.head, request) }
        reading = .stopped
        input = ByteBuffer()
        append(request, answer, bodySize: 0, closes: true)
    }

    /// Refuses what cannot be read to its end: answers in its turn, and ends the connection after that.
    ///
    /// - Parameters:
    ///   - hints: what was found in a head that could not be understood.
    ///   - head: a head whose lines are good.
    ///   - request: a request whose head is good.
    func refuse(
        _ rejection: RequestRejection, _ hints: HeadHints? = nil, _ head: RequestHeadBytes? = nil,
        _ request: AdmittedRequest? = nil
    ) {
        reading = .stopped
        input = ByteBuffer()
        let requestID = request?.requestID ?? hints?.requestID ?? loop.requestIDs.next()
        var open = OpenRequest(requestID: requestID, closes: true)
        open.local = .problem(rejection)
        open.prefersText = request?.prefersText ?? hints?.prefersText ?? false
        if let head {
            open.method = head.method
            open.isHead = open.method == "HEAD"
            if loop.wantsTargets { open.target = head.text(head.startLine.target) }
        }
        if loop.isObserved {
            open.client = request?.client(on: loop) ?? peer.text
            open.started = loop.eventLoop.now
        }
        requests.append(open)
    }
}
