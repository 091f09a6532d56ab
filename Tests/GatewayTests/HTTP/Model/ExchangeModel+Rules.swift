import SwiftZMQ

@testable import Gateway

extension ExchangeModel {
    /// Does what the exchange wants done, as a version of HTTP does, and holds it against the rules.
    mutating func perform(_ action: HTTPExchange.Action) {
        switch action {
        case .none:
            guard let (start, body) = exchange.takeAnswer() else { return }
            respond(start, body)
        case .submit(let request):
            check(submitted == nil && answers == 0, "it is submitted twice, or after its answer")
            count("submitted")
            self.request = request
            submitted = Submitted(id: request.id)
        case .respond(let start, let body): respond(start, body)
        case .begin(let start, let piece):
            begin(start)
            write(piece)
        case .write(let piece): write(piece)
        case .end(let piece):
            write(piece)
            let total = size
            if case .known(let named) = length { check(total == named, "\(total) bytes come where \(named) are named") }
            close(.answered)
        case .upgrade(let start, let webSocket): upgrade(start, webSocket)
        case .cut:
            check(answers == 1, "an answer is cut that has not begun")
            close(.cut)
        }
    }

    private mutating func begin(_ start: ResponseStart) {
        check(answers == 0 && !isOver, "there are two answers")
        answers += 1
        status = start.status
        length = start.length
        count("\(start.status)")
    }

    private mutating func respond(_ start: ResponseStart, _ body: Frame) {
        begin(start)
        switch start.length {
        case .known(let length): check(body.count == length, "\(body.count) bytes come where \(length) are named")
        case .bodyless: check(body.isEmpty, "a body comes where there is no place for one")
        case .unknown: check(false, "nobody can tell how long a whole answer is")
        }
        exchange.noteWritten(body.count)
        close(.answered)
    }

    /// Writes a piece; where there is no place for a body, nothing.
    private mutating func write(_ piece: Frame) {
        check(answers == 1 && !isOver, "a piece comes where no answer has begun, or it is over")
        if case .bodyless = length { return }
        size += piece.count
        waiting += piece.count
        exchange.noteWritten(piece.count)
        let total = size
        if case .known(let named) = length { check(total <= named, "\(total) bytes come where \(named) are named") }
    }

    private mutating func upgrade(_ start: ResponseStart, _ webSocket: WebSocketExchange) {
        check(kind.isWebSocket, "it becomes a WebSocket, which nobody asked for")
        begin(start)
        count("upgraded")
        var webSocket = webSocket
        let id = webSocket.takeID()
        check(id == submitted?.id, "the WebSocket is another request's")
        submitted?.isOver = true
        close(.answered)
    }

    /// The exchange is over: the broker is told so, unless it knows, and whoever wants to know about the request is.
    mutating func close(_ outcome: FinishedRequest.Outcome) {
        isOver = true
        count("\(outcome)")
        let ids = [exchange.takeUnansweredID(), exchange.takeUnansweredID()]
        if let submitted, !submitted.isOver {
            count("cancelled")
            check(ids == [submitted.id, nil], "the broker is left with the request, or told of it twice")
        } else {
            check(ids == [nil, nil], "the broker is told of a request that is over")
        }
        let records = [exchange.finished(outcome, at: now), exchange.finished(outcome, at: now)]
        check(records[0] != nil && records[1] == nil, "it is not finished once")
        guard let record = records[0] else { return }
        let seen = status
        check(record.outcome == outcome && record.status == seen, "\(record) is told where \(seen ?? 0) was seen")
    }
}
