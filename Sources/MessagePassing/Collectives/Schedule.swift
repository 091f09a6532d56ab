/// What one rank does in a collective operation, round by round: which blocks of data it sends to whom, and what it does
/// with those that it gets.
///
/// An algorithm is a function from a rank and the number of ranks to such a schedule. A schedule is all that an algorithm
/// is: ``CollectiveRun`` carries any of them out, tests count their messages, and the documentation draws them.
struct Schedule: Hashable, Sendable {
    /// Blocks that go to another rank, in one message.
    struct Transfer: Hashable, Sendable {
        var peer: Int
        var blocks: [Int]
    }

    /// A message that is awaited, and what becomes of its blocks.
    struct Reception: Hashable, Sendable {
        var peer: Int
        var blocks: [Int]
        var handling = Handling.replace
    }

    /// What becomes of a block that has come.
    enum Handling: Hashable, Sendable {
        /// It takes the place of the one that is there.
        case replace
        /// It is combined with the one that is there, as the operation of a reduction says.
        case combine
    }

    /// What is sent at the beginning of a round, and what has to come before the next one begins.
    struct Round: Hashable, Sendable {
        var sends: [Transfer] = []
        var receptions: [Reception] = []
    }

    /// Rounds have the same number on all ranks; a rank that has nothing to do in one has an empty round.
    var rounds: [Round] = []
}

extension Schedule.Round {
    /// A round with one message each way.
    static func exchange(
        to receiver: Int, _ sent: [Int] = [], from sender: Int, _ received: [Int] = [],
        _ handling: Schedule.Handling = .replace
    ) -> Self {
        Self(
            sends: [.init(peer: receiver, blocks: sent)],
            receptions: [.init(peer: sender, blocks: received, handling: handling)])
    }

    /// A round in which a rank only sends.
    static func send(to receiver: Int, _ blocks: [Int]) -> Self {
        Self(sends: [.init(peer: receiver, blocks: blocks)])
    }

    /// A round in which a rank only receives.
    static func receive(from sender: Int, _ blocks: [Int], _ handling: Schedule.Handling = .replace) -> Self {
        Self(receptions: [.init(peer: sender, blocks: blocks, handling: handling)])
    }
}

/// A rank among a number of ranks, and what algorithms compute with it.
struct Place: Hashable, Sendable {
    let rank: Int
    let size: Int

    /// The rank at a distance, around the circle of all ranks.
    func rank(at distance: Int) -> Int { wrap(rank + distance) }

    /// A number brought into the circle of all ranks.
    func wrap(_ number: Int) -> Int { (number % size + size) % size }

    /// The distances 1, 2, 4, … less than the number of ranks.
    var doublingDistances: [Int] { Array(sequence(first: 1) { $0 * 2 }.prefix { $0 < size }) }
}
