import DequeModule
import NIOCore
import SwiftZMQ
import WorkerProtocol

extension HTTP1Connection: ReplyReceiver {
    /// The most bytes of a whole body that are copied for the kernel at a time.
    static var copySize: Int { 128 << 10 }

    func receive(_ event: ReplyEvent, for number: UInt64, isLast: Bool) {
        guard stage == .open else {
            // The client may have been found gone as an earlier event of the batch was written; then this is the end.
            if isLast, stage == .closed { settle() }
            return
        }
        // A request may be gone by now: its earlier events, in the same batch, may have ended it.
        if let index = requests.firstIndex(where: { $0.number == number }) {
            if case .handled(let handling) = event {
                requests[index].handling = handling
            } else if index == 0, requests[0].held.isEmpty, requests[0].rest == nil {
                answer(with: event)
            } else {
                hold(event, index)
            }
        }
        if isLast { proceed() }
    }

    /// Answers as many requests as can be answered now, in order.
    func serve() {
        while stage == .open, !requests.isEmpty, requests[0].rest == nil || sendRest() {
            guard stage == .open, !requests.isEmpty else { return }
            if requests[0].rest != nil { return }
            if let local = requests[0].local {
                answer(locally: local)
            } else if requests[0].held.isEmpty {
                return
            } else {
                answer(with: requests[0].held.removeFirst())
            }
        }
    }

    /// Keeps an event until its request is the first.
    private func hold(_ event: ReplyEvent, _ index: Int) {
        switch event {
        case .begin(_, let piece), .piece(let piece):
            requests[index].heldBytes += piece.count
            if requests[index].heldBytes > loop.settings.responseBuffer {
                loop.cancel(requests[index].number)
                requests[index].held = [.cut]
                return
            }
        case .reply, .end, .cut, .failure, .handled, .frames:
            break
        }
        requests[index].held.append(event)
    }

    /// Goes on with the answer to the first request.
    private func answer(with event: ReplyEvent) {
        switch event {
        case .reply(let head, let body):
            let framing = ResponseFraming.whole(head, bodySize: body.count, isHead: requests[0].isHead)
            writeHead(head, framing, bodySize: min(body.count, Self.copySize))
            if case .length(let length) = framing, length > 0 {
                requests[0].rest = (body, 0)
                _ = sendRest()
            } else {
                finishFirst()
            }
        case .begin(let head, let piece):
            let request = requests[0]
            let framing = ResponseFraming.streamed(head, isHead: request.isHead, isHTTP10: request.isHTTP10)
            if framing == .untilClose { requests[0].closes = true }
            writeHead(head, framing, bodySize: piece.count)
            if request.isHead {
                // The answer to HEAD is complete; nobody waits for the rest.
                loop.cancel(request.number)
                finishFirst()
            } else {
                write(piece)
            }
        case .piece(let piece):
            guard hasRoom(for: piece) else {
                loop.cancel(requests[0].number)
                return cutFirst(atOnce: true)
            }
            write(piece)
        case .end(let piece):
            guard requests[0].framing != nil else { return cutFirst(atOnce: true) }
            write(piece)
            withOutput(minimumCapacity: 8) {
                ResponseWriter.writeEnd(framing: requests[0].framing ?? .chunked, to: &$0)
            }
            finishFirst()
        case .cut:
            cutFirst(atOnce: false)
        case .handled(let handling):
            requests[0].handling = handling
        case .frames:
            assertionFailure("frames are passed on to MDP clients alone")
        case .failure(let failure):
            answer(locally: .problem(RequestRejection(failure, failure.explanation)))
        }
    }

    private func answer(locally answer: LocalAnswer) {
        prepareToClose()
        requests[0].status = answer.status
        requests[0].failure = answer.failure
        let request = requests[0]
        withOutput(minimumCapacity: 768) { buffer in
            requests[0].bytesOut += ResponseWriter.write(
                answer, prefersText: request.prefersText, isHead: request.isHead, responseContext(), to: &buffer)
        }
        finishFirst()
    }

    private func writeHead(_ head: ReplyHead, _ framing: ResponseFraming, bodySize: Int) {
        prepareToClose()
        requests[0].framing = framing
        requests[0].status = head.status
        let context = responseContext()
        withOutput(minimumCapacity: ResponseWriter.estimatedSize(of: head) + bodySize) { buffer in
            ResponseWriter.write(head, framing: framing, context, to: &buffer)
        }
    }

    private func write(_ piece: Message) {
        guard let framing = requests[0].framing else { return }
        requests[0].streamedBytes += piece.count
        withOutput(minimumCapacity: piece.count + 32) { buffer in
            requests[0].bytesOut += ResponseWriter.write(piece: piece, framing: framing, to: &buffer)
        }
    }

    /// Hands on what is left of a whole body as far as the client takes it; true when nothing is left.
    ///
    /// A large body is copied for the kernel in parts, so that a slow reader does not make it lie in memory twice.
    private func sendRest() -> Bool {
        while let (body, offset) = requests[0].rest {
            let end = min(body.count, offset + Self.copySize)
            withOutput(minimumCapacity: end - offset) { buffer in
                body.withUnsafeBytes { _ = buffer.writeBytes($0[offset..<end]) }
            }
            requests[0].bytesOut += end - offset
            if end == body.count {
                requests[0].rest = nil
                finishFirst()
                return true
            }
            requests[0].rest = (body, end)
            flushOutput()
            if context?.channel.isWritable != true { return false }
        }
        return true
    }

    /// Whether a further piece keeps what waits for the client within the limit. One piece alone always may wait.
    ///
    /// It is counted as a worker's credit is, so that a worker that keeps to its credit is never cut.
    private func hasRoom(for piece: Message) -> Bool {
        let limit = loop.settings.responseBuffer
        if output.map({ $0.readableBytes + piece.count <= limit / 2 }) ?? false, context?.channel.isWritable == true {
            return true
        }
        flushOutput()
        noteTaken()
        let waiting = requests[0].streamedBytes - requests[0].takenBytes
        return waiting == 0 || waiting + piece.count <= limit
    }

    /// Finds out how much of the streamed response the client has taken, and tells the broker from time to time.
    ///
    /// What the channel holds below its mark counts as taken: nothing tells when the rest of it has left.
    func noteTaken() {
        guard !requests.isEmpty, requests[0].takenBytes != requests[0].streamedBytes, output == nil else { return }
        let streamed = requests[0].streamedBytes
        // The backlog has frames and heads in it as well, and so may be the larger one.
        let taken = context?.channel.isWritable == true ? streamed : streamed - backlog
        requests[0].takenBytes = max(requests[0].takenBytes, taken)
        let unreported = requests[0].takenBytes - requests[0].reportedBytes
        // A quarter of what may wait: few reports, and the worker, whom the broker grants halves, never runs dry.
        guard unreported >= max(1, loop.settings.responseBuffer / 4) else { return }
        requests[0].reportedBytes += unreported
        loop.consumed(requests[0].number, bytes: unreported)
    }

    /// Decides whether the response that is about to begin is the connection's last.
    private func prepareToClose() {
        guard loop.isDraining, requests.count == 1 else { return }
        if case .body = reading { return }
        requests[0].closes = true
    }

    private func finishFirst() {
        let request = requests.removeFirst()
        loop.finished(request.finished(.answered, at: loop.eventLoop.now))
        if request.closes { endOutput() }
    }

    /// Ends a response so that the client can tell that it is not whole.
    private func cutFirst(atOnce: Bool) {
        let request = requests.removeFirst()
        loop.finished(request.finished(.cut, at: loop.eventLoop.now))
        if request.framing == .untilClose || request.framing == nil {
            // The end of an HTTP/1.0 body is the end of the connection: only a reset tells it from a whole one.
            flushOutput()
            reset()
        } else if atOnce {
            context?.close(promise: nil)
        } else {
            endOutput()
        }
    }

    private func responseContext() -> ResponseWriter.Context {
        ResponseWriter.Context(
            date: loop.dates.current(), requestID: requests[0].requestID, serverName: loop.settings.serverName,
            closes: requests[0].closes, isHTTP10: requests[0].isHTTP10)
    }

    // MARK: Output

    /// Adds to what is written; several answers go to the kernel together.
    func withOutput(minimumCapacity: Int, _ write: (inout ByteBuffer) -> Void) {
        guard let context else { return }
        var buffer =
            output.take() ?? loop.takeBuffer(minimumCapacity: minimumCapacity, from: context.channel.allocator)
        write(&buffer)
        output = buffer
    }

    /// Hands what is written to the kernel, as far as it takes it.
    func flushOutput() {
        guard let context, let buffer = output.take() else { return }
        guard buffer.readableBytes > 0 else { return loop.giveBack(buffer) }
        isFlushing = true
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        isFlushing = false
        loop.giveBack(buffer)
    }

    /// The bytes that the kernel has not taken yet.
    var backlog: Int {
        guard let options = context?.channel.syncOptions else { return 0 }
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0
    }
}
