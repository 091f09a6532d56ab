public import SwiftZMQ

/// The last message of each topic, of a bounded number of topics: those that were heard of longest ago are forgotten.
///
/// A topic is what a message begins with: the first of several frames, or a single one up to its first blank.
public struct LastValueCache: Sendable {
    // The slots form a ring that begins and ends at slot 0, which holds no message: `newer` of it is the oldest,
    // `older` of it the newest.
    private struct Slot: Sendable {
        var topic: Frame
        var message: Message
        var older: Int
        var newer: Int
    }

    /// The most topics that are remembered.
    public let capacity: Int
    /// How many topics were forgotten for want of room.
    public private(set) var forgotten = 0

    private var slots = [Slot(topic: "", message: [], older: 0, newer: 0)]
    private var slotOfTopic: [Frame: Int] = [:]

    /// An empty cache.
    public init(capacity: Int) {
        precondition(capacity > 0, "a cache of \(capacity) topics remembers nothing")
        self.capacity = capacity
    }

    /// The topics that are remembered.
    public var count: Int { slotOfTopic.count }

    /// Remembers a message as its topic's last.
    public mutating func store(_ message: Message) {
        let topic = Update(message, format: .singleFrame).topic
        if let slot = slotOfTopic[topic] {
            slots[slot].message = message
            unlink(slot)
            linkAsNewest(slot)
        } else {
            let slot = makeSlot(topic, message)
            slotOfTopic[topic] = slot
            linkAsNewest(slot)
        }
    }

    /// The messages that a subscription to a prefix is interested in, those first that came first.
    public func messages(matching filter: TopicFilter) -> [Message] {
        var matching: [Message] = []
        var slot = slots[0].newer
        while slot != 0 {
            if let topic = slots[slot].message.first, filter.matches(topic) { matching.append(slots[slot].message) }
            slot = slots[slot].newer
        }
        return matching
    }

    /// A new slot, or when there are enough the one of the oldest topic.
    private mutating func makeSlot(_ topic: Frame, _ message: Message) -> Int {
        guard count >= capacity else {
            slots.append(Slot(topic: topic, message: message, older: 0, newer: 0))
            return slots.count - 1
        }
        let oldest = slots[0].newer
        slotOfTopic[slots[oldest].topic] = nil
        forgotten += 1
        unlink(oldest)
        slots[oldest].topic = topic
        slots[oldest].message = message
        return oldest
    }

    private mutating func unlink(_ slot: Int) {
        let (older, newer) = (slots[slot].older, slots[slot].newer)
        slots[older].newer = newer
        slots[newer].older = older
    }

    private mutating func linkAsNewest(_ slot: Int) {
        let newest = slots[0].older
        slots[slot].older = newest
        slots[slot].newer = 0
        slots[newest].newer = slot
        slots[0].older = slot
    }
}
