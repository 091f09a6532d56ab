/// What a ``SocketExecutor`` wakes: somebody whose descriptor has become readable or whose time has come.
protocol ReadinessClient: AnyObject, Sendable {
    /// The descriptor has become readable.
    func descriptorBecameReadable()
    /// An instant has passed that `schedule(_:at:)` was given.
    func expire(at now: Moment)
}
