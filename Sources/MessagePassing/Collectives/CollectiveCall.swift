/// What a rank calls when it calls a collective operation: what has to be the same on all ranks.
struct CollectiveCall: Hashable, Sendable, Codable {
    var operation: Operation
    /// The kind of the reduction, 0 for none.
    var reduction: UInt8 = 0
    var elementType: UInt8 = 0
    /// The rank from which or to which all goes; nil where there is none.
    var root: Int?
    /// The number of elements, where that has to be the same.
    var count = 0

    /// The operations.
    enum Operation: UInt8, Hashable, Sendable, Codable, CaseIterable {
        case barrier = 1
        case broadcast, scatter, gather, allGather, allToAll, reduce, allReduce, reduceScatter, scan, split

        /// Whether all ranks have to give as many elements.
        var fixesCount: Bool {
            switch self {
            case .allGather, .reduce, .allReduce, .reduceScatter, .scan: true
            case .barrier, .broadcast, .scatter, .gather, .allToAll, .split: false
            }
        }
    }
}

extension CollectiveCall: CustomStringConvertible {
    /// As it is written in an error: `allReduce of 100 [Double], sum`, `broadcast of [Double] from rank 0`.
    var description: String {
        var text = "\(operation)"
        if let type = ElementType(rawValue: elementType), type != .encoded {
            text += operation.fixesCount ? " of \(count) \(type)" : " of \(type)"
        }
        if let kind = Reduction<Int>.Kind(rawValue: reduction), kind != .none { text += ", \(kind)" }
        if let root {
            let word = operation == .broadcast || operation == .scatter ? "from" : "to"
            text += " \(word) rank \(root)"
        }
        return text
    }
}

extension CollectiveCall {
    /// From how many bytes on all ranks together reduce around the ring.
    static let ringBytes = 64 << 10

    /// The schedule of a rank, by the size of the data; the same algorithm on all ranks, as the call is.
    ///
    /// - Parameter bytes: of a rank's data, where that is the same on all ranks, else 0.
    func schedule(_ place: Place, bytes: Int) -> (schedule: Schedule, blocks: Int) {
        let root = root ?? 0
        return switch operation {
        case .barrier: (.barrier(place), 0)
        case .broadcast: (.broadcast(place, root: root), 1)
        case .scatter: (.scatter(place, root: root), place.size)
        case .gather: (.gather(place, root: root), place.size)
        case .allGather, .split:
            (
                bytes * place.size < Self.ringBytes ? .allGatherByDoubling(place) : .allGatherByRing(place),
                place.size
            )
        case .allToAll: (.allToAll(place), 2 * place.size)
        case .reduce: (.reduce(place, root: root), 1)
        case .allReduce where bytes < Self.ringBytes || count < place.size: (.allReduceByDoubling(place), 1)
        case .allReduce: (.allReduceByRing(place), place.size)
        case .reduceScatter: (.reduceScatter(place), place.size)
        case .scan: (.scan(place), 1)
        }
    }
}
