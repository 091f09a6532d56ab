import CAllocations

/// What some messages cost in allocations.
struct Count {
    var allocations = 0
    var bytes = 0

    /// What the calling thread has allocated so far.
    static var now: Count {
        Count(allocations: allocations_by_this_thread(), bytes: allocated_bytes_by_this_thread())
    }

    mutating func add(since start: Count) {
        let now = Count.now
        allocations += now.allocations - start.allocations
        bytes += now.bytes - start.bytes
    }

    static func += (count: inout Count, other: Count) {
        count.allocations += other.allocations
        count.bytes += other.bytes
    }

    static func -= (count: inout Count, other: Count) {
        count.allocations -= other.allocations
        count.bytes -= other.bytes
    }
}

/// What each message cost, on both sides.
struct Result: CustomStringConvertible {
    let sending: (allocations: Double, bytes: Double)
    let receiving: (allocations: Double, bytes: Double)

    init(sending: Count, receiving: Count, messages: Int) {
        let each = { (count: Count) in
            (Double(count.allocations) / Double(messages), Double(count.bytes) / Double(messages))
        }
        self.sending = each(sending)
        self.receiving = each(receiving)
    }

    var description: String {
        [sending.allocations, sending.bytes, receiving.allocations, receiving.bytes]
            .map { "\(($0 * 1000).rounded() / 1000)" }.joined(separator: "\t")
    }
}

/// What a message may cost at most.
struct Limits {
    let sending: Double
    let receiving: Double
    /// Bytes that may be allocated to send a message, its contents included once.
    let bytes: Double

    /// libzmq's queues grow by blocks of 256 messages, and a task lets others run every 128.
    static let blocks = 0.1

    func complaints(about result: Result) -> [String] {
        var complaints: [String] = []
        if result.sending.allocations > sending + Self.blocks {
            complaints.append("\(result.sending.allocations) allocations to send instead of \(sending)")
        }
        if result.receiving.allocations > receiving + Self.blocks {
            complaints.append("\(result.receiving.allocations) allocations to receive instead of \(receiving)")
        }
        if result.sending.bytes > bytes { complaints.append("\(result.sending.bytes) bytes allocated to send") }
        if result.receiving.bytes > 512 { complaints.append("\(result.receiving.bytes) bytes allocated to receive") }
        return complaints
    }
}
