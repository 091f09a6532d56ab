import NIOCore
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

extension HTTP1Model {
    /// Carries the actions out as a driver does, and holds each against the rules.
    mutating func perform() {
        var actions: [HTTP1Connection.Action] = []
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
                if record.outcome != .answered { mayBeTorn = true }
            case .send: broken.append("it is a WebSocket, which nobody asked for")
            case .becomeHTTP2: broken.append("it becomes HTTP/2, which it may not")
            case .endOutput:
                count("ended")
                check(!hasEndedOutput, "the output is ended twice")
                flushBeforeEnd()
                hasEndedOutput = true
            case .close, .reset:
                if case .reset = action {
                    count("reset")
                    mayBeTorn = true
                } else {
                    count("closed")
                    check(inProcess + onTheWay == 0, "closed before the client has everything")
                }
                check(!hasEnded, "the connection is ended twice")
                check(http.stage == .closed, "it goes on after its end")
                hasEnded = true
            }
        }
    }

    private mutating func flushBeforeEnd() {
        guard let buffer = http.takeOutput() else { return }
        check(!hasEndedOutput, "bytes come after the end")
        received += buffer.readableBytesView
        inProcess += buffer.readableBytes
    }

    private mutating func submit(_ request: GatewayRequest) {
        check(!hasEnded && !hasEndedOutput, "a request is submitted after the end")
        check(submitted[request.id.number] == nil, "request \(request.id.number) is submitted twice")
        guard let head = try? RequestHead(reading: request.head), let number = head["x-request-id"].flatMap({ Int($0) })
        else { return broken.append("a request without its number: \(request.head)") }
        if submitted.values.contains(where: { $0.number == number }) {
            count("repeated")
            check(request.isIdempotent && head.method != "PUT", "a \(head.method) is made twice")
        }
        check(request.body.allSatisfy { $0 == UInt8(ascii: "b") } && request.body.count <= 40, "a body of another's")
        check(head.target == "/s/\(number)", "request \(number) has the target \(head.target)")
        count("submitted")
        submitted[request.id.number] = Submitted(number: number, isHead: head.method == "HEAD")
        order.append(request.id.number)
    }

    /// Lets everything come to its end, and looks whether anything is left.
    mutating func finish() {
        // The worker has something to say to whatever is asked, the client takes everything, and time passes.
        for _ in 0..<400 where !hasEnded && broken.isEmpty {
            inProcess = 0
            onTheWay = 0
            isWritable = true
            http.outputTaken(buffered: 0)
            settle()
            for id in order where submitted[id]?.isOver == false && !hasEnded {
                let begun = submitted[id]?.hasBegun == true
                let number = submitted[id]?.number ?? 0
                submitted[id]?.isOver = true
                http.receive(
                    begun ? .end("") : .reply(ReplyHead(status: 200), body: Frame("\(number);")), for: id, at: now)
                settle()
            }
            now = now + .seconds(6)
            if http.deadline <= now { http.advance(to: now, unacknowledged: inProcess + onTheWay) }
            settle()
        }
        let state = "\(http.stage), \(http.wait), \(http.exchanges.count) exchanges"
        check(hasEnded, "the connection never ends: \(state)")
        for (id, request) in submitted where !request.isOver { broken.append("request \(id) is left at the broker") }
    }

    /// The client reads what it got: every answer to its own request, in order.
    mutating func checkAnswers() {
        var rest = received
        var expected = 1
        while let (response, count) = RawResponse.read(rest, isHead: heads.contains(expected), atEnd: true) {
            rest.removeFirst(count)
            if response.status == 100 {
                self.count("100")
                continue
            }
            self.count("\(response.status)")
            guard response["x-request-id"] == "\(expected)" else {
                // A refusal of what was no request has an id of its own, and is the last; it may have begun as a HEAD.
                let size = RawResponse.read(Array(received.suffix(rest.count + count)), atEnd: true)?.1
                check(
                    response.status >= 400 && response["connection"] == "close"
                        && (rest.isEmpty || size == rest.count + count || mayBeTorn),
                    "an answer to \(response["x-request-id"] ?? "nobody") where \(expected) is due: \(response.status)")
                return
            }
            if response.status < 400 || response.status == 404 && response["content-type"] == nil {
                let own = Array("\(expected);".utf8)
                check(
                    stride(from: 0, to: response.body.count - own.count + 1, by: own.count).allSatisfy {
                        response.body[$0..<$0 + own.count].elementsEqual(own)
                    }, "request \(expected) got what is another's")
            }
            check(response.isComplete || mayBeTorn, "request \(expected) got half an answer")
            if response["connection"] == "close" {
                check(rest.isEmpty || mayBeTorn, "bytes come after the last answer")
            }
            expected += 1
        }
        check(rest.isEmpty || mayBeTorn, "half an answer is left: \(String(decoding: rest.prefix(80), as: UTF8.self))")
    }
}
