import NIOCore
import NIOHPACK
import NIOHTTP2
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

extension HTTP2Model {
    // MARK: The driver

    mutating func settle() {
        guard !hasEnded else { return }
        var turns = 0
        repeat {
            http.proceed(at: now)
            perform()
            if http.checksDelivery {
                http.noteDelivery(unacknowledged: inProcess + onTheWay, at: now)
                perform()
            }
            turns += 1
            check(turns < 1000, "it never comes to rest")
        } while flush() && turns < 1000
        checkMemory()
    }

    private mutating func flush() -> Bool {
        guard http.hasOutput else { return false }
        var frames: [HTTP2Frame] = []
        http.takeFrames(into: &frames, at: now)
        for frame in frames { take(frame) }
        if inProcess > 4000 { isWritable = false }
        http.outputTaken(written: written, isWritable: isWritable)
        return !frames.isEmpty
    }

    /// A frame goes to the client.
    private mutating func take(_ frame: HTTP2Frame) {
        check(!hasEndedOutput && !hasEnded, "a frame comes after the end")
        let size = HTTP2Script.size(of: frame)
        inProcess += size
        written += size
        let id = frame.streamID
        guard id != .rootStream else {
            guard case .windowUpdate(let increment) = frame.payload else {
                return broken.append("a frame of the connection that is none of ours")
            }
            return check(increment > 0 && increment <= 1 << 20, "a window is updated by \(increment)")
        }
        guard var stream = streams[id] else { return broken.append("a frame for no stream, \(id)") }
        check(!stream.isReset, "a frame for a stream that is reset, \(id)")
        switch frame.payload {
        case .headers(let headers):
            let status = headers.headers.first(name: ":status") ?? ""
            count(status)
            check(stream.status == nil || stream.status == "100", "two heads on \(id)")
            check(!headers.endStream || status != "100", "the end with a 100")
            check(
                status == "100" || headers.headers.first(name: "x-request-id") == "\(Int(id))",
                "an answer to another on \(id)")
            stream.status = status
            stream.hasEnd = headers.endStream
        case .data(let data):
            check(stream.status != nil && stream.status != "100", "a body without a head on \(id)")
            check(!stream.hasEnd, "a body after the end of \(id)")
            let length = data.data.readableBytes
            check(length <= 16384, "a frame of \(length) bytes")
            stream.window -= length
            window -= length
            check(length == 0 || stream.window >= 0 && window >= 0, "a window is overdrawn on \(id)")
            if case .byteBuffer(let bytes) = data.data { stream.body += bytes.readableBytesView }
            stream.hasEnd = data.endStream
        case .rstStream(let code):
            count("reset \(code.networkCode)")
            check(code != .noError || stream.hasEnd && !stream.hasSentEnd, "reset without a reason on \(id)")
            stream.isReset = true
        case .windowUpdate(let increment):
            check(increment > 0 && increment <= 1 << 16, "a window is updated by \(increment)")
            check(!stream.hasSentEnd, "a window for a body that has come, \(id)")
        default: broken.append("a frame that is none of ours")
        }
        streams[id] = stream
    }

    /// Carries the actions out as a driver does, and holds each against the rules.
    mutating func perform() {
        var actions: [HTTP2Connection.Action] = []
        http.takeActions(into: &actions)
        for action in actions {
            switch action {
            case .submit(let request): submit(request)
            case .cancel(let id):
                count("cancel")
                check(submitted[id.number]?.isOver == false, "request \(id.number) is cancelled and was over")
                submitted[id.number]?.isOver = true
            case .consumed(let id, let bytes):
                count("consumed")
                guard let request = submitted[id.number] else {
                    broken.append("consumed of a request that nobody knows")
                    continue
                }
                submitted[id.number]?.consumed += bytes
                check(request.consumed + bytes <= request.streamed, "more is consumed than was streamed")
            case .finished(let record):
                count("\(record.outcome)")
                if let failure = record.failure { count(failure.rawValue) }
                check(finished.insert(record.requestID).inserted, "request \(record.requestID) is finished twice")
            case .send: broken.append("it is a WebSocket, which nobody asked for")
            case .goAway(let last, let code):
                count("goaway \(code.networkCode)")
                check(lastServed == nil || code != .noError, "the client is told twice to go")
                check(!hasEndedOutput && !hasEnded, "a frame comes after the end")
                lastServed = last
                if code != .noError { isTorn = true }
            case .endOutput:
                count("ended")
                check(!hasEndedOutput, "the output is ended twice")
                check(lastServed != nil, "it ends without a word")
                hasEndedOutput = true
            case .close, .reset: end(action)
            }
        }
    }

    private mutating func end(_ action: HTTP2Connection.Action) {
        if case .reset = action {
            count("reset")
            isTorn = true
        } else {
            count("closed")
            check(inProcess + onTheWay == 0, "closed before the client has everything")
        }
        check(!hasEnded, "the connection is ended twice")
        check(http.stage == .closed, "it goes on after its end")
        hasEnded = true
    }

    private mutating func submit(_ request: GatewayRequest) {
        check(!hasEnded && !hasEndedOutput, "a request is submitted after the end")
        check(submitted[request.id.number] == nil, "request \(request.id.number) is submitted twice")
        guard let head = try? RequestHead(reading: request.head), let number = head["x-request-id"].flatMap({ Int($0) })
        else { return broken.append("a request without its number: \(request.head)") }
        let id = HTTP2StreamID(number)
        if submitted.values.contains(where: { $0.stream == id }) {
            count("repeated")
            check(head.method != "POST", "a \(head.method) is made twice")
        }
        check(lastServed.map { id <= $0 } ?? true, "a request is made that the client may make again")
        check(streams[id]?.hasSentEnd == true, "a request is made before it is whole")
        check(request.body.count == streams[id]?.sent, "request \(id) has \(request.body.count) bytes of a body")
        check(head.target == "/s/\(number)", "request \(number) has the target \(head.target)")
        count("submitted")
        submitted[request.id.number] = Submitted(
            stream: id, credit: request.streamCredit ?? 0, isPaced: Bool.random(using: &random))
        order.append(request.id.number)
    }

    private mutating func checkMemory() {
        let limit = rules.settings.responseBuffer
        let count = http.streams.count
        check(count <= rules.settings.maximumStreams, "\(count) streams")
        let held = http.streams.values.reduce(0) { $0 + $1.heldBytes }
        let counted = http.held
        check(held == counted, "\(held) bytes are held, and \(counted) are thought to be")
        // One alone always may wait; the largest of the model has about 16,000 bytes.
        let bound = HTTP2Connection.heldBuffers * limit + count * http.leastShare + 20_000
        check(held <= bound, "\(held) bytes are held, more than \(bound)")
        check(http.reserved >= 0 && http.shared >= 0, "more is given back than was taken")
        check(http.requests.values.allSatisfy { http.streams[$0] != nil }, "a request of no stream is kept")
        let bodies = http.bodyDeadlines.count
        check(bodies <= 2 * rules.settings.maximumStreams + 20, "\(bodies) deadlines")
        if isOpen, http.held == 0, http.streams.isEmpty { check(http.reserved == 0, "room is kept for nobody") }
    }

    private var isOpen: Bool { http.stage == .open }

    // MARK: The end

    /// Lets everything come to its end, and looks whether anything is left.
    mutating func finish() {
        for _ in 0..<400 where !hasEnded && broken.isEmpty {
            inProcess = 0
            onTheWay = 0
            isWritable = true
            http.outputTaken(written: written, isWritable: true)
            if !hasClosedInput {
                window += 100_000
                http.receive(HTTP2Frame(streamID: 0, payload: .windowUpdate(windowSizeIncrement: 100_000)), at: now)
                for id in streams.keys.sorted() where streams[id]?.isClosed == false {
                    streams[id]?.window += 100_000
                    http.receive(
                        HTTP2Frame(streamID: id, payload: .windowUpdate(windowSizeIncrement: 100_000)), at: now)
                }
            }
            settle()
            for id in order where submitted[id]?.isOver == false && !hasEnded {
                let begun = submitted[id]?.hasBegun == true
                let number = submitted[id].map { "\(Int($0.stream))" } ?? ""
                submitted[id]?.isOver = true
                http.receive(
                    begun ? .end("") : .reply(ReplyHead(status: 200), body: Frame("\(number);")), for: id, at: now)
                settle()
            }
            now = now + .seconds(6)
            if http.deadline <= now { http.advance(to: now, unacknowledged: inProcess + onTheWay) }
            settle()
        }
        let state = "\(http.stage), \(http.wait), \(http.streams.count) streams"
        check(hasEnded, "the connection never ends: \(state)")
        for (id, request) in submitted where !request.isOver { broken.append("request \(id) is left at the broker") }
    }

    /// The client reads what it got: on each stream an answer to its own request, whole or seen not to be.
    mutating func checkAnswers() {
        for (id, stream) in streams where stream.status != nil && stream.status != "100" {
            check(
                stream.hasEnd || stream.isReset || isTorn || hasClosedInput,
                "stream \(id) has half an answer, and nothing says so")
            guard let status = stream.status.flatMap({ Int($0) }), status < 400 || status == 500 else { continue }
            let own = Array("\(Int(id));".utf8)
            check(
                stream.body.count % own.count == 0 || !stream.hasEnd, "stream \(id) has a part of something at its end")
            let expected = (0..<stream.body.count).allSatisfy { stream.body[$0] == own[$0 % own.count] }
            check(expected, "stream \(id) got what is another's")
            if stream.isHead || status == 204 || status == 304 { check(stream.body.isEmpty, "a body on \(id)") }
        }
    }
}
