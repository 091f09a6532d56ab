import DequeModule
import NIOCore
import NIOHPACK
import NIOHTTP2
import SwiftZMQ
import WorkerProtocol

extension HTTP2Connection {
    /// A frame came that NIOHTTP2 found to be in order.
    mutating func receive(_ frame: HTTP2Frame, at now: NIODeadline) {
        guard stage == .open else { return }
        let id = frame.streamID
        switch frame.payload {
        case .headers(let headers):
            floods.noteFrame()
            if streams[id] != nil {
                receive(trailers: headers.headers, endsStream: headers.endStream, id, at: now)
            } else if id > lastStream {
                begin(headers.headers, endsStream: headers.endStream, id, at: now)
            }
        case .data(let data):
            if data.data.readableBytes == 0, !data.endStream, data.paddingBytes != nil,
                floods.isTooMuchOfNothing(at: now)
            {
                return fail(.enhanceYourCalm, at: now)
            }
            receive(data.data, endsStream: data.endStream, id, at: now)
        case .rstStream: remove(id, .abandoned, at: now)
        case .windowUpdate(let increment): windowUpdated(id, by: increment)
        case .settings(.settings(let settings)): receive(settings)
        case .settings(.ack), .ping, .priority, .goAway, .pushPromise, .alternativeService, .origin: break
        }
    }

    /// NIOHTTP2 has closed a stream. It was for a fault, unless the stream had come to its end here as well.
    mutating func streamClosed(_ id: HTTP2StreamID, at now: NIODeadline) {
        if stage == .open { remove(id, .abandoned, at: now) }
    }

    /// So many bytes may the client send of a stream, or of the connection.
    mutating func inboundWindowChanged(_ id: HTTP2StreamID, to size: Int) {
        guard stage == .open, hasSettings else { return }
        let whole: Int
        if id == .rootStream {
            whole = Self.connectionWindow
        } else {
            // Of a body that nobody wants, no more has to come.
            if streams[id]?.isTunnel == true {
                streams[id]?.inboundWindow = size
                return allowMoreOfWebSocket(id)
            }
            guard streams[id]?.isReading == true, streams[id]?.keepsBody == true else { return }
            whole = Self.streamWindow
        }
        guard size <= whole / 2, id == .rootStream || maySendWhole(id, windowLeft: size) else { return }
        windowUpdates[id] = size
    }

    /// Whether a request may send more of its body than the first window. If not, it waits, and has its time for the body
    /// once it may.
    private mutating func maySendWhole(_ id: HTTP2StreamID, windowLeft: Int) -> Bool {
        let size = streams[id]?.declaredLength ?? streams[id]?.exchange.maximumBodySize ?? 0
        if bodies.admits(id, size: size) { return true }
        streams[id]?.inboundWindow = windowLeft
        streams[id]?.exchange.pauseBody()
        return false
    }

    /// Nothing more of a body is kept: others may come in its place.
    private mutating func endBody(_ id: HTTP2StreamID, at now: NIODeadline) {
        streams[id]?.keepsBody = false
        streams[id]?.body = ByteBuffer()
        releaseBody(id, at: now)
    }

    /// Lets in those bodies for which there is room without that of a request.
    mutating func releaseBody(_ id: HTTP2StreamID, at now: NIODeadline) {
        bodies.remove(id)
        while let next = bodies.admitNext() {
            streams[next]?.exchange.awaitBody(rules, at: now)
            noteBodyDeadline(next)
            windowUpdates[next] = streams[next]?.inboundWindow
        }
    }

    // MARK: Settings and windows

    private mutating func receive(_ settings: HTTP2Settings) {
        if !hasSettings {
            hasSettings = true
            windowUpdates[.rootStream] = Self.defaultWindow
        }
        for setting in settings where setting.parameter == .initialWindowSize {
            let change = setting.value - initialWindow
            initialWindow = setting.value
            for id in streams.keys.sorted() {
                streams[id]?.window += change
                takeTurn(id)
            }
        }
    }

    private mutating func windowUpdated(_ id: HTTP2StreamID, by increment: Int) {
        guard id == .rootStream else {
            streams[id]?.window += increment
            // What waits for the window of the connection, waits on.
            if streams[id]?.isWaiting == false { streams[id]?.blocked = nil }
            return takeTurn(id)
        }
        window += increment
        guard window > 0 else { return }
        while let id = waiting.popFirst() {
            streams[id]?.blocked = nil
            streams[id]?.isWaiting = false
            takeTurn(id)
        }
    }

    // MARK: Requests

    private mutating func begin(
        _ fields: HPACKHeaders, endsStream: Bool, _ id: HTTP2StreamID, at now: NIODeadline
    ) {
        lastStream = id
        if lastServed != nil {
            // It crossed the GOAWAY that it comes after, or comes before one that is due: no fault.
            control.append(HTTP2Frame(streamID: id, payload: .rstStream(.refusedStream)))
            return
        }
        guard streams.count < maximumStreams else { return refuseOneMore(id, at: now) }
        guard let head = HTTP2RequestHead.read(fields, defaultPort: origin.defaultPort) else {
            return resetForFault(id, .protocolError, at: now)
        }
        var bytes = head.head
        if isRefused {
            let rejection = RequestRejection(.tooManyConnections, GatewayFailure.tooManyConnections.explanation)
            // The connection ends when that is answered, and what comes meanwhile is not served.
            lastServed = id
            owesGoAway = true
            return refuse(bytes, rejection, endsStream: endsStream, id, at: now)
        }
        guard !HTTP2RequestHead.isGarbled(bytes) else {
            let rejection = RequestRejection.malformed("A header field has bytes that are not UTF-8.")
            return refuse(bytes, rejection, endsStream: endsStream, id, at: now)
        }
        var parser = RequestHeadParser()
        do throws(RequestRejection) {
            guard var request = try parser.parse(&bytes, limits: rules.limits) else {
                return resetForFault(id, .protocolError, at: now)
            }
            if let protocolName = head.protocolName {
                guard protocolName.lowercased() == "websocket" else {
                    throw RequestRejection(.notImplemented, "This server opens streams for no protocol but websocket.")
                }
                guard !endsStream else {
                    throw RequestRejection.malformed("A request for a WebSocket ends its stream.")
                }
                request.isExtendedConnect = true
            }
            begin(request, endsStream: endsStream, id, at: now)
        } catch {
            refuse(bytes, error, endsStream: endsStream, id, at: now)
        }
    }

    /// Refuses a stream that is one too many. That is no fault of a client that cannot know yet how many it may have.
    private mutating func refuseOneMore(_ id: HTTP2StreamID, at now: NIODeadline) {
        guard !knowsSettings else { return resetForFault(id, .refusedStream, at: now) }
        reset(id, .refusedStream, .abandoned, at: now)
        if floods.isTooMuchOfNothing(at: now) { fail(.enhanceYourCalm, at: now) }
    }

    private mutating func begin(
        _ request: consuming ParsedRequest, endsStream: Bool, _ id: HTTP2StreamID, at now: NIODeadline
    ) {
        let declaredLength: Int?
        switch request.body {
        case .length(let length): declaredLength = length
        case .none, .chunked:
            declaredLength = request.fields.contains { $0.meaning == .contentLength } ? 0 : nil
        }
        guard !endsStream || declaredLength ?? 0 == 0 else { return resetForFault(id, .protocolError, at: now) }
        let expectation = request.expectation
        // No body belongs to it, and what follows is nobody's request (RFC 9113, section 8.5).
        let isConnect = request.isMethod("CONNECT")
        let isTunnel = request.isExtendedConnect
        let exchange = HTTPExchange(request, from: origin, rules, at: now)
        var rejection = exchange.earlyRefusal
        if case .answer = exchange.plan, !endsStream, expectation != .none { rejection = ChunkedBodyDecoder.tooLarge }
        let stream = HTTP2Stream(exchange, declaredLength: declaredLength, window: initialWindow)
        stream.isReading = !endsStream
        stream.isTunnel = isTunnel
        streams[id] = stream
        if let rejection {
            refuse(id, rejection, at: now)
        } else if endsStream || isConnect || isTunnel {
            complete(id, at: now)
        } else {
            if expectation == .hundredContinue {
                let payload = HTTP2Frame.FramePayload.Headers(headers: HTTP2ResponseHead.hundredContinue)
                control.append(HTTP2Frame(streamID: id, payload: .headers(payload)))
            }
            streams[id]?.exchange.awaitBody(rules, at: now)
            noteBodyDeadline(id)
        }
    }

    private mutating func receive(_ data: IOData, endsStream: Bool, _ id: HTTP2StreamID, at now: NIODeadline) {
        guard streams[id]?.isReading == true, case .byteBuffer(let bytes) = data else { return }
        if streams[id]?.isAnswered == true {
            if endsStream { remove(id, .answered, at: now) }
            return
        }
        if streams[id]?.isTunnel == true { return receiveForWebSocket(bytes, endsStream: endsStream, id, at: now) }
        let size = (streams[id]?.bodySize ?? 0) + bytes.readableBytes
        streams[id]?.bodySize = size
        if let length = streams[id]?.declaredLength, size > length || endsStream && size != length {
            return resetForFault(id, .protocolError, at: now)
        }
        if streams[id]?.keepsBody == true {
            guard size <= streams[id]?.exchange.maximumBodySize ?? 0 else {
                if endsStream { endInput(id) }
                return refuse(id, ChunkedBodyDecoder.tooLarge, at: now)
            }
            append(bytes, to: id)
        }
        if endsStream { endRequest(id, at: now) }
    }

    private mutating func noteBodyDeadline(_ id: HTTP2StreamID) {
        guard let deadline = streams[id]?.exchange.bodyDeadline else { return }
        // One body that comes slowly must not keep the deadlines of thousands that have come since.
        if bodyDeadlines.count > 2 * streams.count + 16 {
            let open = streams
            bodyDeadlines.removeAll { open[$0.1]?.isReading != true }
        }
        bodyDeadlines.append((NIODeadline(deadline), id))
    }

    private mutating func append(_ bytes: ByteBuffer, to id: HTTP2StreamID) {
        guard bytes.readableBytes > 0 else { return }
        if streams[id]?.body.readableBytes == 0 {
            streams[id]?.body = bytes
        } else {
            streams[id]?.body.writeImmutableBuffer(bytes)
        }
    }

    private mutating func receive(
        trailers fields: HPACKHeaders, endsStream: Bool, _ id: HTTP2StreamID, at now: NIODeadline
    ) {
        guard streams[id]?.isReading == true else { return }
        guard streams[id]?.isAnswered == false else { return remove(id, .answered, at: now) }
        // A WebSocket has frames and nothing else (RFC 9113, section 8.5).
        guard streams[id]?.isTunnel == false else { return resetForFault(id, .protocolError, at: now) }
        guard endsStream else { return resetForFault(id, .protocolError, at: now) }
        if let length = streams[id]?.declaredLength, streams[id]?.bodySize != length {
            return resetForFault(id, .protocolError, at: now)
        }
        var size = 0
        var rejection: RequestRejection?
        for (name, value, _) in fields {
            guard HTTP2RequestHead.isGood(name, value), !HTTP2RequestHead.isOfConnection(name, value) else {
                return resetForFault(id, .protocolError, at: now)
            }
            size += name.utf8.count + value.utf8.count + 4
            let bytes = ByteBuffer(string: name)
            if ChunkedBodyDecoder.isForbiddenTrailer(bytes.readableBytesUInt8Span) {
                rejection = ChunkedBodyDecoder.misplacedTrailer
            }
        }
        if size > rules.limits.headerSize || fields.count > rules.limits.fieldCount {
            rejection = ChunkedBodyDecoder.tooManyTrailers
        }
        endInput(id)
        guard streams[id]?.keepsBody == true else { return }
        if let rejection { return refuse(id, rejection, at: now) }
        complete(id, at: now)
    }

    private mutating func endRequest(_ id: HTTP2StreamID, at now: NIODeadline) {
        endInput(id)
        if streams[id]?.keepsBody == true { complete(id, at: now) }
    }

    /// The client has ended its side of a stream.
    mutating func endInput(_ id: HTTP2StreamID) {
        streams[id]?.isReading = false
        windowUpdates[id] = nil
    }

    /// Hands a whole request over, or lets it be answered.
    private mutating func complete(_ id: HTTP2StreamID, at now: NIODeadline) {
        guard var body = streams[id]?.body else { return }
        endBody(id, at: now)
        if body.readableBytes == 0 { body = ByteBuffer() }
        let mostShare = leastShare + nextExtraShare()
        streams[id]?.exchange.streamCredit = mostShare
        guard let action = streams[id]?.exchange.receive(.complete(Frame(body)), rules, at: now) else { return }
        guard case .submit(let request) = action else { return writeOwnAnswer(id, at: now) }
        // A stream of topics asks for less than it may have; the rest is left to other streams.
        let share = max(leastShare, min(mostShare, request.streamCredit ?? mostShare))
        streams[id]?.share = share
        streams[id]?.extraShare = share - leastShare
        shared += share - leastShare
        if streams[id]?.exchange.isSafe == true { streams[id]?.repetition = request }
        requests[request.id.number] = id
        actions.append(.submit(request))
    }

    /// Refuses a request whose head is good: for its body, or for what its head alone was to be refused for.
    mutating func refuse(_ id: HTTP2StreamID, _ rejection: RequestRejection, at now: NIODeadline) {
        endBody(id, at: now)
        _ = streams[id]?.exchange.receive(.refused(rejection), rules, at: now)
        writeOwnAnswer(id, at: now)
    }

    /// Refuses a request whose head is not.
    private mutating func refuse(
        _ head: ByteBuffer, _ rejection: RequestRejection, endsStream: Bool, _ id: HTTP2StreamID, at now: NIODeadline
    ) {
        let hints = HeadHints(head.readableBytesUInt8Span, limits: rules.limits)
        let exchange = HTTPExchange(refused: rejection, hints, from: origin, rules, at: now)
        let stream = HTTP2Stream(exchange, declaredLength: nil, window: initialWindow)
        stream.isReading = !endsStream
        stream.keepsBody = false
        streams[id] = stream
        writeOwnAnswer(id, at: now)
    }
}
