/// What a worker has and what it wants.
public struct WorkerAsk: Hashable, Sendable {
    /// How many tasks it has received in all: those that were sent and are not among them are still on their way.
    public var received: UInt64
    /// How many more it can take, those on their way included.
    public var room: Int
    /// How many it does at once: with fewer, a part of it has nothing to do.
    public var concurrency: Int
    /// The tasks it has, begun or not; nil in an ask between two heartbeats, which only asks.
    public var tasks: NumberSet?
    /// What the records of its results call it.
    public var name: String
    /// How many of the tasks it has are done, and their results have nowhere to go.
    public var undelivered: Int

    /// An ask.
    public init(
        received: UInt64, room: Int, concurrency: Int = 1, tasks: NumberSet?, name: String = "",
        undelivered: Int = 0
    ) {
        self.undelivered = undelivered
        self.name = name
        self.received = received
        self.room = room
        self.concurrency = concurrency
        self.tasks = tasks
    }
}
