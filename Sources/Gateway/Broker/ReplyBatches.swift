/// The events of one round of a loop, put together for each event loop that they go to.
struct ReplyBatches {
    private var events: [[(RequestID, ReplyEvent)]]

    /// - Parameter count: how many event loops there are.
    init(count: Int) {
        events = Array(repeating: [], count: count)
    }

    mutating func append(_ event: consuming ReplyEvent, for id: RequestID) {
        events[Int(id.loop)].append((id, event))
    }

    /// Gives each event loop what has come together for it, and is empty then.
    ///
    /// - Parameter sinks: one for each event loop.
    mutating func handOver(to sinks: [any ReplySink]) {
        for index in events.indices where !events[index].isEmpty {
            // Given away whole: whoever gets it is its only owner then, and need not copy what it takes out.
            var batch: [(RequestID, ReplyEvent)] = []
            batch.reserveCapacity(events[index].count)
            swap(&batch, &events[index])
            sinks[index].deliver(batch)
        }
    }
}
