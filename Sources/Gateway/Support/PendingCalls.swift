/// What other threads want of a loop's thread, in the order in which they asked.
struct PendingCalls<Call: Sendable>: Sendable {
    fileprivate(set) var calls: [Call] = []
    /// Whether the thread has ended, and nobody reads any more what is left for it.
    fileprivate(set) var hasEnded = false
}

extension LoopInbox {
    /// Leaves a call for the thread, or does something else if nobody will read it any more.
    func leave<Call>(_ call: Call, otherwise: () -> Void = {}) where Contents == PendingCalls<Call> {
        let isAccepted = change { pending in
            guard !pending.hasEnded else { return false }
            pending.calls.append(call)
            return true
        }
        if !isAccepted { otherwise() }
    }

    /// Takes the calls that have come together, in exchange for an empty array whose room is used for the next.
    func takeCalls<Call>(into taken: inout [Call]) where Contents == PendingCalls<Call> {
        withContents { swap(&$0.calls, &taken) }
    }

    /// Lets nobody leave anything any more.
    ///
    /// - Returns: the calls that have not been taken.
    func end<Call>() -> [Call] where Contents == PendingCalls<Call> {
        withContents { pending in
            pending.hasEnded = true
            defer { pending.calls = [] }
            return pending.calls
        }
    }
}
