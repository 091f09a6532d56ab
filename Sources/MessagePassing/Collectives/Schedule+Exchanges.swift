// Exchanges in which all ranks take part in each round.

extension Schedule {
    /// Everybody's block, combined, comes to all: each rank exchanges what it has with one at twice the distance (recursive
    /// doubling).
    ///
    /// log₂ P rounds where P is a power of two. Otherwise some ranks first give theirs to a neighbour and get the result from
    /// it in the end: two rounds more. Each message has the whole block, which is best for small ones.
    static func allReduceByDoubling(_ place: Place) -> Schedule {
        let power = sequence(first: 1) { $0 * 2 }.prefix { $0 <= place.size }.reduce(1, max)
        // So many pairs of neighbours take part as one.
        let pairs = place.size - power
        let isPaired = place.rank < 2 * pairs
        let isRepresented = isPaired && place.rank.isMultiple(of: 2)
        var rounds: [Round] = []
        if pairs > 0 {
            rounds.append(
                !isPaired
                    ? Round()
                    : isRepresented
                        ? .send(to: place.rank + 1, [0]) : .receive(from: place.rank - 1, [0], .combine))
        }
        let position = isPaired ? place.rank / 2 : place.rank - pairs
        var distance = 1
        while distance < power {
            if isRepresented {
                rounds.append(Round())
            } else {
                let other = position ^ distance
                let peer = other < pairs ? 2 * other + 1 : other + pairs
                rounds.append(.exchange(to: peer, [0], from: peer, [0], .combine))
            }
            distance *= 2
        }
        if pairs > 0 {
            rounds.append(
                !isPaired
                    ? Round() : isRepresented ? .receive(from: place.rank + 1, [0]) : .send(to: place.rank - 1, [0]))
        }
        return Schedule(rounds: rounds)
    }

    /// Block r, combined of everybody's, comes to rank r: blocks go around the ring, and each rank adds its own (ring).
    ///
    /// P − 1 rounds; each rank sends (P − 1)/P of the data. There is a block for each rank.
    static func reduceScatter(_ place: Place) -> Schedule {
        Schedule(
            rounds: (1..<max(place.size, 1)).map { step in
                .exchange(
                    to: place.rank(at: 1), [place.rank(at: -step)], from: place.rank(at: -1),
                    [place.rank(at: -step - 1)], .combine)
            })
    }

    /// Each rank's block comes to all: blocks go around the ring (ring).
    ///
    /// P − 1 rounds, one block in each message. There is a block for each rank.
    static func allGatherByRing(_ place: Place) -> Schedule {
        Schedule(
            rounds: (1..<max(place.size, 1)).map { step in
                .exchange(
                    to: place.rank(at: 1), [place.rank(at: 1 - step)], from: place.rank(at: -1),
                    [place.rank(at: -step)])
            })
    }

    /// Everybody's block, combined, comes to all: a ``reduceScatter(_:)``, then an ``allGatherByRing(_:)``.
    ///
    /// 2 · (P − 1) rounds; each rank sends 2 · (P − 1)/P of the data, which is the least that is possible, whatever P is.
    static func allReduceByRing(_ place: Place) -> Schedule {
        Schedule(rounds: reduceScatter(place).rounds + allGatherByRing(place).rounds)
    }

    /// Each rank's block comes to all: each rank gets as many more blocks as it has from one at that distance (Bruck).
    ///
    /// ⌈log₂ P⌉ rounds. There is a block for each rank; as many travel as in the ring, in fewer messages.
    static func allGatherByDoubling(_ place: Place) -> Schedule {
        Schedule(
            rounds: place.doublingDistances.map { distance in
                let offsets = 0..<min(distance, place.size - distance)
                return .exchange(
                    to: place.rank(at: -distance), offsets.map { place.rank(at: $0) },
                    from: place.rank(at: distance), offsets.map { place.rank(at: distance + $0) })
            })
    }

    /// A block from each rank to each other: in each round all ranks send to the one at the same distance (pairwise).
    ///
    /// P − 1 rounds, one block in each message. Blocks 0 to P − 1 are those for each rank, P to 2·P − 1 those from each.
    static func allToAll(_ place: Place) -> Schedule {
        Schedule(
            rounds: (1..<max(place.size, 1)).map { distance in
                let (receiver, sender) = (place.rank(at: distance), place.rank(at: -distance))
                return .exchange(to: receiver, [receiver], from: sender, [place.size + sender])
            })
    }
}
