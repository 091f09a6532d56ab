public import SwiftZMQ

/// What was heard of each topic: how often, how much, and what last. Time is passed in.
///
/// The number of topics is bounded; of further ones only the sum is kept.
public struct TopicTable: Sendable {
    /// One topic.
    public struct Row: Sendable {
        /// The topic.
        public let topic: Frame
        /// The updates so far.
        public fileprivate(set) var count = 0
        /// The bytes of all their frames.
        public fileprivate(set) var bytes = 0
        /// The payload of the last.
        public fileprivate(set) var last = Frame()
        /// The updates per second in each of the past periods, the latest at the end.
        public fileprivate(set) var rates: [Double] = []
        /// The bytes per second in the last period.
        public fileprivate(set) var byteRate = 0.0

        fileprivate var countAtTick = 0
        fileprivate var bytesAtTick = 0

        /// The updates per second, over the past ten periods, so that a slow topic does not flicker.
        public var rate: Double {
            let recent = rates.suffix(10)
            return recent.isEmpty ? 0 : recent.reduce(0, +) / Double(recent.count)
        }
    }

    /// The most topics that have a row.
    public let capacity: Int
    /// The periods that are remembered.
    public let historyLength: Int
    /// All updates, those of topics without a row included.
    public private(set) var total = Row(topic: Frame())
    /// The updates of topics that came when there was no row left.
    public private(set) var uncounted = 0

    private var rows: [Row] = []
    private var rowOfTopic: [Frame: Int] = [:]

    /// An empty table.
    public init(capacity: Int = 10_000, historyLength: Int = 120) {
        self.capacity = capacity
        self.historyLength = historyLength
    }

    /// The topics that have a row.
    public var count: Int { rows.count }

    /// Takes an update into account.
    public mutating func record(_ update: Update) {
        let bytes = update.message.reduce(0) { $0 + $1.count }
        total.count += 1
        total.bytes += bytes
        let topic = update.topic
        guard let index = rowOfTopic[topic] ?? addRow(topic) else {
            uncounted += 1
            return
        }
        rows[index].count += 1
        rows[index].bytes += bytes
        rows[index].last = update.payload
    }

    /// Ends a period, which has lasted for a time.
    public mutating func tick(after elapsed: Duration) {
        let seconds = max(Double(elapsed.nanoseconds) / 1e9, 1e-9)
        total.endPeriod(of: seconds, historyLength: historyLength)
        for index in rows.indices { rows[index].endPeriod(of: seconds, historyLength: historyLength) }
    }

    /// The busiest topics first, those that are equally busy in the order of their names.
    public func busiest(_ limit: Int) -> [Row] {
        let order = rows.map { ($0.rate, $0) }.sorted { one, other in
            one.0 != other.0 ? one.0 > other.0 : one.1.topic.lexicographicallyPrecedes(other.1.topic)
        }
        return order.prefix(limit).map(\.1)
    }

    private mutating func addRow(_ topic: Frame) -> Int? {
        guard rows.count < capacity else { return nil }
        rows.append(Row(topic: topic))
        rowOfTopic[topic] = rows.count - 1
        return rows.count - 1
    }
}

extension TopicTable.Row {
    fileprivate mutating func endPeriod(of seconds: Double, historyLength: Int) {
        rates.append(Double(count - countAtTick) / seconds)
        if rates.count > historyLength { rates.removeFirst() }
        byteRate = Double(bytes - bytesAtTick) / seconds
        countAtTick = count
        bytesAtTick = bytes
    }
}

extension Frame {
    fileprivate func lexicographicallyPrecedes(_ other: Frame) -> Bool {
        withUnsafeBytes { one in other.withUnsafeBytes { one.lexicographicallyPrecedes($0) } }
    }
}
