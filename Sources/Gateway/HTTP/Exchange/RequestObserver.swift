/// Learns of every request when it is finished: the place for access logs and metrics.
///
/// Called on the event loop that served the request; it must not block.
public protocol RequestObserver: Sendable {
    /// Whether ``FinishedRequest/target`` is wanted. It costs a copy for each request, so that an observer that does
    /// not look at it should say so.
    var wantsTargets: Bool { get }

    /// Whether ``FinishedRequest/handling`` is wanted. It costs an event from the broker for each request.
    var wantsHandling: Bool { get }

    /// A request is finished: answered, cut, or abandoned by its client.
    func requestFinished(_ request: borrowing FinishedRequest)

    /// The number of open connections changed by this, +1 or -1.
    func connectionsChanged(by change: Int)
}

extension RequestObserver {
    /// Targets are wanted unless the observer says otherwise.
    public var wantsTargets: Bool { true }

    /// Who had a request is not wanted unless the observer says otherwise.
    public var wantsHandling: Bool { false }

    /// Does nothing.
    public func connectionsChanged(by change: Int) {}
}
