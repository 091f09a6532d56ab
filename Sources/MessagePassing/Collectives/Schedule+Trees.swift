// Trees, in which the number of ranks that take part doubles with each round: ⌈log₂ P⌉ rounds for P ranks.

extension Schedule {
    /// Nobody is done before everybody has begun: in each round, each rank tells one at twice the distance.
    ///
    /// ⌈log₂ P⌉ rounds, one message of each rank in each (dissemination barrier).
    static func barrier(_ place: Place) -> Schedule {
        Schedule(rounds: place.doublingDistances.map { .exchange(to: place.rank(at: $0), from: place.rank(at: -$0)) })
    }

    /// The root's block comes to all: whoever has it passes it on (binomial tree).
    ///
    /// ⌈log₂ P⌉ rounds, P − 1 messages in all.
    static func broadcast(_ place: Place, root: Int) -> Schedule {
        let position = place.wrap(place.rank - root)
        return Schedule(
            rounds: place.doublingDistances.map { distance in
                if position < distance {
                    guard position + distance < place.size else { return Round() }
                    return .send(to: place.rank(at: distance), [0])
                }
                return position < 2 * distance ? .receive(from: place.rank(at: -distance), [0]) : Round()
            })
    }

    /// Everybody's block, combined, comes to the root: each rank combines what comes with its own, and passes that on
    /// (binomial tree).
    ///
    /// ⌈log₂ P⌉ rounds, P − 1 messages in all.
    static func reduce(_ place: Place, root: Int) -> Schedule {
        let position = place.wrap(place.rank - root)
        return Schedule(
            rounds: place.doublingDistances.map { distance in
                switch position % (2 * distance) {
                case distance: .send(to: place.rank(at: -distance), [0])
                case 0 where position + distance < place.size:
                    .receive(from: place.rank(at: distance), [0], .combine)
                default: Round()
                }
            })
    }

    /// Each rank's block comes to the root, over ranks that pass on what they have together (binomial tree).
    ///
    /// ⌈log₂ P⌉ rounds, P − 1 messages in all. There is a block for each rank.
    static func gather(_ place: Place, root: Int) -> Schedule {
        let position = place.wrap(place.rank - root)
        return Schedule(
            rounds: place.doublingDistances.map { distance in
                switch position % (2 * distance) {
                case distance: .send(to: place.rank(at: -distance), place.blocks(from: position, distance, root))
                case 0 where position + distance < place.size:
                    .receive(from: place.rank(at: distance), place.blocks(from: position + distance, distance, root))
                default: Round()
                }
            })
    }

    /// A block of the root's comes to each rank, over ranks that get those of others, too (binomial tree).
    ///
    /// ⌈log₂ P⌉ rounds, P − 1 messages in all. There is a block for each rank.
    static func scatter(_ place: Place, root: Int) -> Schedule {
        let position = place.wrap(place.rank - root)
        return Schedule(
            rounds: place.doublingDistances.reversed().map { distance in
                switch position % (2 * distance) {
                case distance: .receive(from: place.rank(at: -distance), place.blocks(from: position, distance, root))
                case 0 where position + distance < place.size:
                    .send(to: place.rank(at: distance), place.blocks(from: position + distance, distance, root))
                default: Round()
                }
            })
    }

    /// The blocks of all ranks up to each one, combined (inclusive prefix, with doubling distances).
    ///
    /// ⌈log₂ P⌉ rounds. Rank r sends as many messages as there are distances that lead to another rank.
    static func scan(_ place: Place) -> Schedule {
        Schedule(
            rounds: place.doublingDistances.map { distance in
                var round = Round()
                if place.rank + distance < place.size {
                    round.sends = [.init(peer: place.rank + distance, blocks: [0])]
                }
                if place.rank >= distance {
                    round.receptions = [.init(peer: place.rank - distance, blocks: [0], handling: .combine)]
                }
                return round
            })
    }
}

extension Place {
    /// The blocks of a number of ranks that follow each other, counted from the root.
    fileprivate func blocks(from position: Int, _ count: Int, _ root: Int) -> [Int] {
        (position..<min(position + count, size)).map { wrap($0 + root) }
    }
}
