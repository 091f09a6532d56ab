/// What ranks tell each other of the state of the world, and agree on. It only ever grows.
struct Knowledge: Hashable, Sendable, Codable {
    /// The ranks that have died, as they are numbered in the world.
    var failed: Set<Int> = []
    /// The ranks that have finished, and take part in nothing more.
    var finished: Set<Int> = []
    /// What went wrong in communicators.
    var troubles: [UInt64: Trouble] = [:]
    /// The communicators that are being made of the survivors of others.
    var shrinkings: [UInt64: Shrinking] = [:]

    /// Calls to shrink one communicator.
    struct Shrinking: Hashable, Sendable, Codable {
        /// The members of the communicator that is shrunk, by their ranks in the world.
        var members: [Int]
        /// Those that have called.
        var called: Set<Int>

        /// Those that are alive by what is known.
        func survivors(_ known: Knowledge) -> [Int] {
            members.filter { !known.failed.contains($0) && !known.finished.contains($0) }
        }

        /// Whether all of them have called.
        func isComplete(_ known: Knowledge) -> Bool { survivors(known).allSatisfy(called.contains) }
    }

    /// Adds what another knows.
    mutating func merge(_ other: Knowledge) {
        failed.formUnion(other.failed)
        finished.formUnion(other.finished)
        troubles.merge(other.troubles) { $0.merged(with: $1) }
        shrinkings.merge(other.shrinkings) { mine, theirs in
            Shrinking(members: mine.members, called: mine.called.union(theirs.called))
        }
    }

    /// Whether it has anything to decide on that a decision does not have yet.
    func isNews(to decided: Knowledge) -> Bool {
        !failed.isSubset(of: decided.failed) || !Set(troubles.keys).isSubset(of: decided.troubles.keys)
            || shrinkings.contains { id, shrinking in
                shrinking.isComplete(self) && !(decided.shrinkings[id]?.isComplete(decided) ?? false)
            }
    }
}

/// What went wrong in a collective operation of a communicator. Ranks are those in the world, as not everybody who tells of
/// it knows how the communicator numbers them.
struct Trouble: Hashable, Sendable, Codable {
    /// The number of the operation, from 1; 0 for the one that makes the communicator.
    var sequence: UInt64
    /// What each rank called, as far as it is known.
    var calls: [Int: CollectiveCall] = [:]
    /// Why ranks gave it up that did.
    var abandoned: [Int: String] = [:]

    /// Of two troubles the earlier counts; of the same, what is known of both.
    func merged(with other: Trouble) -> Trouble {
        guard sequence == other.sequence else { return sequence < other.sequence ? self : other }
        return Trouble(
            sequence: sequence, calls: calls.merging(other.calls) { mine, _ in mine },
            abandoned: abandoned.merging(other.abandoned) { min($0, $1) })
    }

    /// What all ranks of the communicator are told.
    ///
    /// - Parameter number: the number in the communicator of a rank in the world; nil for one that is no member.
    func error(_ number: (_ worldRank: Int) -> Int?) -> MessagePassingError {
        let calls = Self.renumbered(calls, number)
        if Set(calls.values).count > 1 || abandoned.isEmpty {
            let said = Dictionary(grouping: calls.keys.sorted()) { calls[$0]?.description ?? "" }
                .sorted { ($0.value.first ?? 0) < ($1.value.first ?? 0) }
                .map { "\(MessagePassingError.list($0.value)): \($0.key)" }
            let ranks = Set(calls.keys).union(Self.renumbered(abandoned, number).keys)
            return MessagePassingError(
                .mismatch, ranks: ranks.sorted(),
                "collective operation \(sequence) is not the same on all ranks; \(said.joined(separator: "; "))")
        }
        let reasons = abandoned.sorted { $0.key < $1.key }.map { rank, reason in
            let name = number(rank).map { "rank \($0)" } ?? "rank \(rank) of the world, which is no member,"
            return "\(name) gave up: \(reason)"
        }
        let call = calls.values.first.map { ", \($0)," } ?? ""
        let what = sequence == 0 ? "making this communicator" : "collective operation \(sequence)\(call)"
        return MessagePassingError(
            .abandoned, ranks: Self.renumbered(abandoned, number).keys.sorted(),
            "\(what) cannot be completed; \(reasons.joined(separator: "; "))")
    }

    private static func renumbered<Value>(_ values: [Int: Value], _ number: (Int) -> Int?) -> [Int: Value] {
        var renumbered: [Int: Value] = [:]
        for (rank, value) in values { if let own = number(rank) { renumbered[own] = value } }
        return renumbered
    }
}
