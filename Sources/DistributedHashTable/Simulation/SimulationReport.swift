/// What a simulation has found.
public struct SimulationReport: Sendable {
    /// The plan.
    public let plan: SimulationPlan
    /// How many lookups were measured.
    public let lookups: Int
    /// The rounds that half of them took at most.
    public let roundsMedian: Int
    /// The most rounds that one took.
    public let roundsMax: Int
    /// The requests and answers of a lookup, on average.
    public let messagesPerLookup: Double
    /// The share of values that were found by whoever looked for them.
    public let foundFraction: Double
    /// The shares of the values stored on either side of a cut that were found once it was mended; nil without a cut.
    public let foundOfSides: (left: Double, right: Double)?
    /// The values that no node has any more.
    public let lostValues: Int
    /// About how many bytes a node takes, on average.
    public let bytesPerNode: Int
    /// How many others a node knows, and in how many buckets they are, on average.
    public let contactsPerNode: (count: Double, buckets: Double)
    /// How long the simulation took, in seconds of the one processor that it used.
    public let seconds: Double
    /// How much time has passed in it.
    public let simulated: Instant.Span
    /// How many messages were sent in it.
    public let messages: Int

    /// One object of JSON, in a line.
    public var json: String {
        let members = members.map { "\"\($0.name)\":\($0.value)" }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// A table, line by line.
    public var table: [String] {
        let more = [
            (name: "contacts_per_node", value: Self.text(contactsPerNode.count, places: 1)),
            (name: "buckets_per_node", value: Self.text(contactsPerNode.buckets, places: 1)),
            (name: "simulated_seconds", value: Self.text(simulated.inSeconds, places: 0)),
            (name: "simulated_messages", value: "\(messages)"),
        ]
        return (members + more).map { name, value in
            name + String(repeating: " ", count: max(1, 22 - name.utf8.count)) + value
        }
    }

    private var members: [(name: String, value: String)] { always + ofPartition }

    private var ofPartition: [(name: String, value: String)] {
        guard let foundOfSides else { return [] }
        return [
            ("partition_seconds", Self.text(plan.partition.inSeconds, places: 0)),
            ("found_fraction_left", Self.text(foundOfSides.left, places: 5)),
            ("found_fraction_right", Self.text(foundOfSides.right, places: 5)),
        ]
    }

    private var always: [(name: String, value: String)] {
        [
            ("nodes", "\(plan.nodes)"),
            ("failed_fraction", Self.text(plan.failedFraction, places: 4)),
            ("churn_per_minute", Self.text(plan.churnPerMinute, places: 4)),
            ("seed", "\(plan.seed)"),
            ("lookups", "\(lookups)"),
            ("rounds_median", "\(roundsMedian)"),
            ("rounds_max", "\(roundsMax)"),
            ("messages_per_lookup", Self.text(messagesPerLookup, places: 1)),
            ("found_fraction", Self.text(foundFraction, places: 5)),
            ("lost_values", "\(lostValues)"),
            ("bytes_per_node", "\(bytesPerNode)"),
            ("seconds", Self.text(seconds, places: 2)),
        ]
    }

    /// A number of at least 0 with so many digits behind the point.
    private static func text(_ number: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((number * Double(scale)).rounded())
        guard places > 0 else { return "\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.utf8.count) + fraction
    }
}
