import NIOCore

// The versions of HTTP count time as their event loop does, and an exchange as MonotonicInstant has it.

extension MonotonicInstant {
    init(_ deadline: NIODeadline) {
        self.init(nanoseconds: Int64(clamping: deadline.uptimeNanoseconds))
    }
}

extension NIODeadline {
    init(_ instant: MonotonicInstant) {
        self = .uptimeNanoseconds(UInt64(clamping: instant.nanoseconds))
    }
}

extension HTTPExchange {
    /// Routes a request whose head keeps all rules, and checks what the route has a say in.
    init(_ request: consuming ParsedRequest, from origin: Origin, _ rules: FrontRules, at now: NIODeadline) {
        self.init(request, from: origin, rules, at: MonotonicInstant(now))
    }

    /// An exchange whose head is refused.
    ///
    /// - Parameter hints: what was found in the head.
    init(
        refused rejection: RequestRejection, _ hints: HeadHints, from origin: Origin, _ rules: FrontRules,
        at now: NIODeadline
    ) {
        self.init(refused: rejection, hints, from: origin, rules, at: MonotonicInstant(now))
    }

    /// Gives the client its time for the body, from now on unless it has begun.
    mutating func awaitBody(_ rules: FrontRules, at now: NIODeadline) {
        awaitBody(rules, at: MonotonicInstant(now))
    }

    /// Takes note of what happened.
    mutating func receive(_ event: consuming Event, _ rules: FrontRules, at now: NIODeadline) -> Action {
        receive(event, rules, at: MonotonicInstant(now))
    }

    /// What is told of the request now that it is finished; nil where nobody wants to know.
    mutating func finished(_ outcome: FinishedRequest.Outcome, at now: NIODeadline) -> FinishedRequest? {
        finished(outcome, at: MonotonicInstant(now))
    }
}

extension WebSocketExchange {
    /// The same with the time as an exchange has it.
    init(
        _ id: RequestID?, servedBy server: Server, maximumMessageSize: Int, credit: Int,
        reportingEach reportSize: Int, at now: MonotonicInstant
    ) {
        self.init(
            id, servedBy: server, maximumMessageSize: maximumMessageSize, credit: credit, reportingEach: reportSize,
            at: NIODeadline(now))
    }
}
