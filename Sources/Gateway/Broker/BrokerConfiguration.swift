/// The settings of the dispatch.
public struct BrokerConfiguration: Sendable {
    /// Services that are known although no worker has registered them yet; default none.
    public var services: Set<String> = []
    /// How many requests may wait for one service; default 1024. A request more fails with `queue-full`.
    public var queueLimit = 1024
    /// How long a request waits where no live worker is; default 1 s, counted from the later of the request's arrival
    /// and the loss of the last worker.
    public var workerGrace: Duration = .seconds(1)
    /// The time between two heartbeats; default 1 s. A worker that is silent for three of them is dead.
    public var heartbeat: Duration = .seconds(1)
    /// How long a streamed reply may bring nothing before it is cut; default 60 s.
    public var streamIdleTimeout: Duration = .seconds(60)
    /// The bytes of a streamed reply that a worker with credit may have under way; nil, the default, turns pacing off,
    /// and such workers stream like all others. A gateway takes ``HTTPSettings/responseBuffer`` in place of nil.
    public var streamCredit: Int?
    /// The most bytes of a reply, or of a piece of one; default 64 MiB. A larger one is refused as invalid. A driver sees to
    /// it that still larger ones are not received at all.
    package var maximumReply = 64 << 20
    /// Whether an observer is told who had each request, as ``FinishedRequest/handling``; default no, as it costs an event
    /// more.
    package var reportsHandling = false
    /// How many workers may be registered; default 10,000. A worker more takes the place of the REQ worker that has
    /// been silent longest without a request, and is refused where there is none.
    public var workerLimit = 10_000
    /// How many names of services are remembered; default 10,000. A name more takes the place of the one that has had
    /// neither worker nor request for longest, names in ``services`` excepted, and is refused where there is none.
    public var serviceLimit = 10_000

    /// The default settings.
    public init() {}

    /// How many heartbeats may be missed: RFC 7 and 18 name three to five.
    static let liveness = 3
}
