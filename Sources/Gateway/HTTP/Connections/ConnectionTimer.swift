import NIOCore

/// Sees to it that a connection's deadline is looked at in time. Used on its event loop alone.
struct ConnectionTimer {
    private var scheduled: NIOScheduledCallback?
    private var moment = NIODeadline.distantFuture

    /// Has a handler called by a deadline.
    ///
    /// A timer that is already set for an earlier moment finds the later deadline when it fires: a connection with many
    /// requests sets its timer once in the time of a timeout, not once a request.
    mutating func set(
        for deadline: NIODeadline?, on eventLoop: any EventLoop, _ handler: some NIOScheduledCallbackHandler
    ) {
        guard let deadline, deadline != .distantFuture, scheduled == nil || deadline < moment else { return }
        scheduled?.cancel()
        moment = deadline
        scheduled = try? eventLoop.assumeIsolated().scheduleCallback(at: deadline, handler: handler)
    }

    /// The handler was called.
    mutating func fired() {
        scheduled = nil
        moment = .distantFuture
    }

    mutating func cancel() {
        scheduled?.cancel()
        scheduled = nil
    }
}
