import NIOConcurrencyHelpers
import SwiftZMQ
import SystemSupport

/// What other threads leave for a thread that serves sockets, and by which they wake it.
///
/// Whoever leaves something wakes the thread only if it sleeps: while there is much to do, that costs a lock and no system
/// call.
final class LoopInbox<Contents: Sendable>: Sendable {
    private struct State {
        var contents: Contents
        /// Whether the thread sleeps, or is about to, and nobody has woken it yet.
        var isAsleep = false
    }

    private let state: NIOLockedValueBox<State>
    private let wake: WakeDescriptor

    init(_ contents: Contents) throws(SystemError) {
        state = NIOLockedValueBox(State(contents: contents))
        wake = try WakeDescriptor()
    }

    /// Changes the contents, or looks at them, and wakes the thread.
    @discardableResult
    func change<Result>(_ body: (inout Contents) -> Result) -> Result {
        let (result, mustWake) = state.withLockedValue { state in
            let result = body(&state.contents)
            defer { state.isAsleep = false }
            return (result, state.isAsleep)
        }
        if mustWake { wake.signal() }
        return result
    }

    /// Changes the contents, or looks at them; for the thread itself, and where there is nothing to wake it for.
    func withContents<Result>(_ body: (inout Contents) -> Result) -> Result {
        state.withLockedValue { body(&$0.contents) }
    }

    /// Sleeps until a message comes, something is left, or a moment has come.
    ///
    /// - Parameter isEmpty: whether there is nothing to be looked at first.
    /// - Returns: a message that was waited for; there may be more.
    func wait(
        for router: Router, until deadline: ContinuousClock.Instant?, if isEmpty: (Contents) -> Bool
    ) throws(ZMQError) -> Message? {
        try sleep(if: isEmpty) { wake throws(ZMQError) in
            try router.blocking.receive(timeout: deadline.map { max($0 - .now, .zero) }, orUntilReadable: wake)
        } ?? nil
    }

    /// Lets the thread wait in a way of its own, unless there is something to be looked at first.
    ///
    /// - Parameters:
    ///   - isEmpty: whether there is nothing.
    ///   - wait: has to return once a descriptor is readable, which it must not read from.
    /// - Returns: what the wait returned; nil where there was something.
    func sleep<Result>(
        if isEmpty: (Contents) -> Bool, _ wait: (Int32) throws(ZMQError) -> Result
    ) throws(ZMQError) -> Result? {
        let maySleep = state.withLockedValue { state in
            state.isAsleep = isEmpty(state.contents)
            return state.isAsleep
        }
        guard maySleep else { return nil }
        let result = try wait(wake.number)
        let wasWoken = state.withLockedValue { state in
            defer { state.isAsleep = false }
            return !state.isAsleep
        }
        if wasWoken { wake.clear() }
        return result
    }

    /// What becomes readable when the thread is woken, for whoever waits for it together with others.
    var wakeDescriptor: Int32 { wake.number }

    /// Makes that unreadable again. To be called by the thread before it looks at the contents.
    func clearWake() { wake.clear() }
}

extension Router {
    /// How many messages are read before others have their turn.
    private static let messagesPerRound = 1024

    /// Hands over the messages that have come.
    ///
    /// - Parameters:
    ///   - first: one that has been received already.
    ///   - body: takes a message, which has two frames at least as the first is a routing id.
    /// - Returns: whether all were read that have come.
    func takeMessages(first: Message?, _ body: (Message) throws(ZMQError) -> Void) throws(ZMQError) -> Bool {
        var next = first
        if next == nil { next = try tryReceive() }
        var count = 0
        while let message = next {
            if message.count > 1 { try body(message) }
            count += 1
            guard count < Self.messagesPerRound else { return false }
            next = try tryReceive()
        }
        return true
    }
}
