import SwiftZMQ
import WorkerProtocol

/// What MDP clients have asked for and not been answered yet, as values: no socket, no clock.
///
/// RFC 7 and 18 give a broker no way to say that a request failed. As with other brokers, the client then gets no reply,
/// or no last part of one, and finds out by its own timeout.
struct PendingClientRequests {
    /// A message for a client.
    struct Answer {
        let number: UInt64
        let routingID: Frame
        let frames: Message
        /// Whether nothing follows it.
        let isLast: Bool
    }

    /// What an event amounts to.
    enum Outcome {
        case send(Answer)
        /// Nothing is sent for now.
        case wait
        /// The client gets no reply, or no end of it.
        case failed(GatewayFailure?)
        /// A reply that is joined for MDP/0.1 has become too large: it is to be cancelled.
        case tooLarge
    }

    private struct Caller {
        let routingID: Frame
        let request: ClientRequest
        /// The parts of a reply that must go out as one.
        var parts: [Frame] = []
        var size = 0
    }

    private var callers: [UInt64: Caller] = [:]
    private var lastNumber: UInt64 = 0
    private let loop: UInt16
    private let largestReply: Int

    /// - Parameters:
    ///   - loop: what its requests are named by, see ``RequestID``.
    ///   - largestReply: the most bytes that are kept of a reply whose parts are joined.
    init(loop: UInt16, largestReply: Int) {
        self.loop = loop
        self.largestReply = largestReply
    }

    /// Whether nobody waits.
    var isIdle: Bool { callers.isEmpty }

    /// Everybody's requests.
    var open: [RequestID] { callers.keys.map { RequestID(loop: loop, number: $0) } }

    /// Takes a request over.
    mutating func receive(
        from routingID: Frame, _ frames: Message, timeout: Duration
    ) throws(WorkerProtocolError) -> GatewayRequest {
        let request = try ClientRequest(reading: frames)
        lastNumber += 1
        callers[lastNumber] = Caller(routingID: routingID, request: request)
        return GatewayRequest(
            id: RequestID(loop: loop, number: lastNumber), service: request.service, frames: request.body,
            timeout: timeout)
    }

    /// Forgets a request.
    mutating func forget(_ number: UInt64) {
        callers[number] = nil
    }

    /// What an event of a request amounts to; nil where nobody waits for it.
    mutating func take(_ event: ReplyEvent, of number: UInt64) -> Outcome? {
        guard let caller = callers[number] else { return nil }
        switch event {
        case .frames(let body, let isLast):
            if caller.request.dialect == .majordomo01, !isLast || !caller.parts.isEmpty {
                return join(body, isLast: isLast, number)
            }
            if isLast { callers[number] = nil }
            return .send(answer(to: caller, number, Array(body), isLast: isLast))
        case .failure(let failure):
            callers[number] = nil
            return .failed(failure)
        case .cut:
            callers[number] = nil
            return .failed(nil)
        case .handled, .reply, .begin, .piece, .end, .open, .message, .granted, .paused, .closed: return .wait
        }
    }

    /// Keeps a part for the one reply that an MDP/0.1 client gets.
    private mutating func join(_ body: BodyFrames, isLast: Bool, _ number: UInt64) -> Outcome? {
        guard var caller = callers.removeValue(forKey: number) else { return nil }
        caller.size += body.reduce(0) { $0 + $1.count }
        guard caller.size <= largestReply else { return .tooLarge }
        // A part without content would only be an empty frame more.
        caller.parts += body.filter { !$0.isEmpty }
        if isLast { return .send(answer(to: caller, number, caller.parts, isLast: true)) }
        callers[number] = caller
        return .wait
    }

    private func answer(to caller: Caller, _ number: UInt64, _ body: [Frame], isLast: Bool) -> Answer {
        Answer(
            number: number, routingID: caller.routingID, frames: caller.request.reply(body, isLast: isLast),
            isLast: isLast)
    }
}
