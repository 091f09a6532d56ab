import SwiftZMQ

/// One rank's part in a collective operation that is going on: messages in, messages out, done.
struct CollectiveRun: Sendable {
    /// A message to another rank.
    struct Outgoing: Equatable, Sendable {
        var peer: Int
        var round: Int
        var frames: [Frame]
    }

    /// A message that does not fit the schedule: the sender follows another one.
    struct Misfit: Error, Equatable {
        var peer: Int
        var round: Int
    }

    private struct Key: Hashable {
        var peer: Int
        var round: Int
    }

    let rank: Int
    private let schedule: Schedule
    private(set) var blocks: any BlockStore
    /// The round whose messages are awaited.
    private(set) var round = 0
    /// What has come of this round and of later ones.
    private var arrived: [Key: [Frame]] = [:]

    init(rank: Int, _ schedule: Schedule, _ blocks: any BlockStore) {
        self.rank = rank
        self.schedule = schedule
        self.blocks = blocks
    }

    /// Whether everything has been sent and received.
    var isDone: Bool { round == schedule.rounds.count }

    /// The ranks whose messages this round waits for.
    var awaited: [Int] {
        guard !isDone else { return [] }
        return schedule.rounds[round].receptions.map(\.peer).filter { arrived[Key(peer: $0, round: round)] == nil }
    }

    /// Begins; what is to be sent at once.
    mutating func start() throws(Misfit) -> [Outgoing] {
        var outgoing: [Outgoing] = []
        beginRound(&outgoing)
        try advance(&outgoing)
        return outgoing
    }

    /// Takes a message; what is to be sent next.
    ///
    /// - Throws: ``Misfit`` when the schedule expects no such message.
    mutating func receive(_ frames: [Frame], from peer: Int, round number: Int) throws(Misfit) -> [Outgoing] {
        let key = Key(peer: peer, round: number)
        guard number >= round, number < schedule.rounds.count, arrived[key] == nil,
            schedule.rounds[number].receptions.contains(where: { $0.peer == peer && $0.blocks.count == frames.count })
        else { throw Misfit(peer: peer, round: number) }
        arrived[key] = frames
        var outgoing: [Outgoing] = []
        try advance(&outgoing)
        return outgoing
    }

    /// Goes on as long as what a round waits for has come.
    private mutating func advance(_ outgoing: inout [Outgoing]) throws(Misfit) {
        while !isDone {
            let receptions = schedule.rounds[round].receptions
            guard receptions.allSatisfy({ arrived[Key(peer: $0.peer, round: round)] != nil }) else { return }
            for reception in receptions {
                let frames = arrived.removeValue(forKey: Key(peer: reception.peer, round: round)) ?? []
                for (block, frame) in zip(reception.blocks, frames) {
                    let fits =
                        switch reception.handling {
                        case .replace: blocks.replace(block, with: frame)
                        case .combine: blocks.combine(block, with: frame, comesFirst: reception.peer < rank)
                        }
                    guard fits else { throw Misfit(peer: reception.peer, round: round) }
                }
            }
            round += 1
            beginRound(&outgoing)
        }
    }

    private mutating func beginRound(_ outgoing: inout [Outgoing]) {
        guard !isDone else { return }
        for transfer in schedule.rounds[round].sends {
            let frames = transfer.blocks.map { block in
                guard let frame = blocks.frame(of: block) else { preconditionFailure("block \(block) is not there") }
                return frame
            }
            outgoing.append(Outgoing(peer: transfer.peer, round: round, frames: frames))
        }
    }
}
