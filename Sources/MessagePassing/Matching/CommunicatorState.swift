import SwiftZMQ

/// What a rank keeps of one communicator.
///
/// A class, as it is changed where it lies, with the data of an operation in it, and never copied.
final class CommunicatorState {
    /// A collective operation that goes on.
    struct Running {
        let ticket: Mailbox.Ticket
        let sequence: UInt64
        let call: CollectiveCall
        var run: CollectiveRun

        /// Takes a step where the data lies.
        mutating func perform(
            _ step: (inout CollectiveRun) throws(CollectiveRun.Misfit) -> [CollectiveRun.Outgoing]
        ) throws(CollectiveRun.Misfit) -> [CollectiveRun.Outgoing] { try step(&run) }
    }

    /// A message of a collective operation that has not been called yet.
    struct Early {
        let header: Header
        let source: Int
        let frames: [Frame]
    }

    let id: UInt64
    /// The ranks in the world of the members, by their ranks in the communicator.
    let members: [Int]
    /// This process's own rank in it.
    let rank: Int
    /// The ranks in the communicator, by those in the world.
    private let ranks: [Int: Int]

    var mailbox = Mailbox()
    /// Why it cannot be used any more.
    var fate: MessagePassingError?
    var running: Running?
    /// Whether this rank has reported a mismatch: no collective operation goes on until all have the error.
    var isTroubled = false
    /// The number of the collective operation that was called last.
    var sequence: UInt64 = 0
    /// By the number of the operation: one rank may be any number of operations ahead, as the root of broadcasts is.
    var early: [UInt64: [Early]] = [:]
    /// How often it was shrunk.
    var shrinkCount = 0
    private var calls: [UInt64: CollectiveCall] = [:]

    /// How many calls are remembered, to find out that another rank called something else.
    private static let rememberedCalls: UInt64 = 256

    init(id: UInt64, members: [Int], worldRank: Int) {
        self.id = id
        self.members = members
        ranks = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
        rank = ranks[worldRank] ?? -1
    }

    var size: Int { members.count }

    /// The rank in the communicator of a rank in the world; nil for one that is no member.
    func rank(ofWorld worldRank: Int) -> Int? { ranks[worldRank] }

    /// What this rank called as an operation of a number, if it remembers.
    func call(_ sequence: UInt64) -> CollectiveCall? { calls[sequence] }

    /// Notes a call; its number.
    func note(_ call: CollectiveCall) -> UInt64 {
        sequence += 1
        calls[sequence] = call
        if sequence > Self.rememberedCalls { calls[sequence - Self.rememberedCalls] = nil }
        return sequence
    }

    /// Takes out the early messages of the operation that was called last.
    func takeEarly() -> [Early] { early.removeValue(forKey: sequence) ?? [] }

    /// The error of a decision for this communicator; nil if it leaves it alone.
    func error(in decision: Knowledge) -> MessagePassingError? {
        let failed = members.indices.filter { decision.failed.contains(members[$0]) }
        if !failed.isEmpty { return .rankFailed(failed) }
        return decision.troubles[id]?.error(rank(ofWorld:))
    }
}
