/// Who is told of results beside the sink.
public protocol ResultObserver: AnyObject, Sendable {
    /// Takes note of an attempt: one that failed and was not the last, or a result that is about to be written.
    func note(_ result: TaskResult) throws

    /// Brings what was noted where it belongs.
    func flush() throws
}
