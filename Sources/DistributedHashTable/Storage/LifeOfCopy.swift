import Glibc

/// How long a node keeps a value: a day if it is among the nearest to the key, and less the farther away it is.
struct LifeOfCopy: Sendable {
    /// How long a value is kept.
    let full: Instant.Span
    /// The shortest life of a copy.
    let least: Instant.Span
    /// How many nodes are to have a value, k.
    let holders: Int

    /// The life of a value.
    ///
    /// - Parameters:
    ///   - between: how many nodes there are between the key and this node. Up to k have the whole life; it is halved
    ///     with every further k.
    func life(between: Double) -> Instant.Span {
        let halvings = max(0, between / Double(holders) - 1)
        return max(full * pow(0.5, min(halvings, 60)), least)
    }

    /// How many nodes there are, as seen from one of them, between it and a key: the nodes are spread evenly, so how near
    /// its own neighbours are says how many of them are in any part of the space.
    ///
    /// - Parameters:
    ///   - neighbours: the number of neighbours that were looked at.
    ///   - reach: the distance to the farthest of these.
    ///   - distance: the distance to the key.
    static func nodesBetween(neighbours: Int, reach: NodeID, distance: NodeID) -> Double {
        guard neighbours > 0 else { return 0 }
        return Double(distance.high) / max(Double(reach.high), 1) * Double(neighbours)
    }
}
