/// Where a rank is reached, as it tells rank 0, and that all.
struct RosterEntry: Hashable, Sendable, Codable {
    var rank: Int
    /// The number of ranks that it was started with.
    var size: Int
    /// Where it hears heartbeats and what ranks agree on.
    var control: String
    /// Where it takes messages.
    var data: String
    /// What it lets ranks in by that send it messages, where those are not encrypted.
    var token: String?
}

/// Rank 0's list of those who have joined.
struct Roster: Sendable {
    private(set) var entries: [RosterEntry?]

    init(_ own: RosterEntry) {
        entries = Array(repeating: nil, count: own.size)
        entries[own.rank] = own
    }

    /// Adds one; why it is refused, or nil.
    mutating func add(_ entry: RosterEntry) -> String? {
        guard entry.size == entries.count else {
            return "it was started as one of \(entry.size) ranks, and this world has \(entries.count)"
        }
        guard entries.indices.contains(entry.rank) else { return "there is no rank \(entry.rank) of \(entry.size)" }
        guard entries[entry.rank] == nil || entries[entry.rank] == entry else {
            return "another process has joined as rank \(entry.rank)"
        }
        entries[entry.rank] = entry
        return nil
    }

    /// All, once all are there.
    var complete: [RosterEntry]? {
        let known = entries.compactMap(\.self)
        return known.count == entries.count ? known : nil
    }

    /// Why some cannot reach others; nil if they may.
    ///
    /// A rank that finds rank 0 at a loopback address is on rank 0's machine, and tells all to find it at such an address, too.
    var obstacle: MessagePassingError? {
        let others = entries.compactMap(\.self).filter { $0.rank > 0 }
        let hidden = others.filter { entry in
            HostAddress.parts(of: entry.control).map { HostAddress.isLoopback($0.host) } ?? false
        }
        guard !hidden.isEmpty, hidden.count < others.count else { return nil }
        let ranks = hidden.map(\.rank)
        return MessagePassingError(
            .notJoined, ranks: ranks,
            "\(MessagePassingError.list(ranks)) cannot be reached by those on other machines: on rank 0's host, the name by "
                + "which all know it leads to 127.…; give it an address of the network there (/etc/hosts)")
    }

    var missing: [Int] { entries.indices.filter { entries[$0] == nil } }
}
