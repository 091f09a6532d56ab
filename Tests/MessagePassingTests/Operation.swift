import SwiftZMQ
import Testing

@testable import MessagePassing

/// A collective operation with data from which what has to come of it is known.
struct Operation: Hashable, Sendable, CustomTestStringConvertible {
    var kind: CollectiveCall.Operation
    var root = 0
    /// The numbers of each rank, for those that combine.
    var count = 3
    /// The bytes by which the algorithm is chosen.
    var bytes = 0

    var testDescription: String { "\(kind) of \(count), root \(root)\(bytes > 0 ? ", \(bytes) bytes" : "")" }

    /// Each kind, with both algorithms where there are two.
    static func all(size: Int) -> [Operation] {
        CollectiveCall.Operation.allCases.flatMap { kind -> [Operation] in
            switch kind {
            case .allReduce:
                [Operation(kind: kind, count: 2 * size + 1), Operation(kind: kind, count: 40, bytes: 1 << 20)]
            case .allGather: [Operation(kind: kind), Operation(kind: kind, bytes: 1 << 20)]
            case .broadcast, .scatter, .gather, .reduce:
                [Operation(kind: kind), Operation(kind: kind, root: size - 1)]
            default: [Operation(kind: kind)]
            }
        }
    }

    var call: CollectiveCall {
        let hasRoot = [.broadcast, .scatter, .gather, .reduce].contains(kind)
        let combines = [.reduce, .allReduce, .reduceScatter, .scan].contains(kind)
        return CollectiveCall(
            operation: kind, reduction: combines ? 1 : 0, elementType: combines ? ElementType.int.rawValue : 0,
            root: hasRoot ? root : nil, count: combines ? count : 0)
    }

    func schedule(_ place: Place) -> (schedule: Schedule, blocks: Int) { call.schedule(place, bytes: bytes) }

    private func numbers(_ rank: Int) -> [Int] { (0..<count).map { (rank + 1) * 100 + $0 } }

    /// The bytes of each block that is moved as it is.
    static let blockBytes = 5

    private static func frame(_ one: Int, _ other: Int) -> Frame {
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return Frame("\(twoDigits(one))>\(twoDigits(other))")
    }

    /// What a rank has in the beginning.
    func blocks(_ place: Place) -> any BlockStore {
        let number = schedule(place).blocks
        switch kind {
        case .reduce, .allReduce, .reduceScatter, .scan:
            return NumberBlocks(numbers(place.rank), blocks: number, .sum)
        default:
            var frames = [Frame?](repeating: nil, count: number)
            switch kind {
            case .broadcast where place.rank == root: frames[0] = Self.frame(root, root)
            case .gather, .allGather, .split: frames[place.rank] = Self.frame(place.rank, place.rank)
            case .scatter where place.rank == root:
                for rank in 0..<place.size { frames[rank] = Self.frame(root, rank) }
            case .allToAll:
                for rank in 0..<place.size { frames[rank] = Self.frame(place.rank, rank) }
                frames[place.size + place.rank] = Self.frame(place.rank, place.rank)
            default: break
            }
            return FrameBlocks(frames)
        }
    }

    /// Whether what a rank has in the end is right.
    func isRight(_ blocks: any BlockStore, _ place: Place) -> Bool {
        func sum(_ ranks: some Sequence<Int>) -> [Int] {
            ranks.reduce(Array(repeating: 0, count: count)) { zip($0, numbers($1)).map(+) }
        }
        let ranks = 0..<place.size
        if let blocks = blocks as? NumberBlocks<Int> {
            switch kind {
            case .reduce: return place.rank != root || blocks.numbers == sum(ranks)
            case .allReduce: return blocks.numbers == sum(ranks)
            case .scan: return blocks.numbers == sum(0...place.rank)
            default:
                let bounds = NumberBlocks<Int>.bounds(of: count, blocks: place.size)
                return Array(blocks.numbers(of: place.rank))
                    == Array(sum(ranks)[bounds[place.rank]..<bounds[place.rank + 1]])
            }
        }
        guard let frames = (blocks as? FrameBlocks)?.frames else { return false }
        switch kind {
        case .broadcast: return frames == [Self.frame(root, root)]
        case .gather: return place.rank != root || frames == ranks.map { Self.frame($0, $0) }
        case .allGather, .split: return frames == ranks.map { Self.frame($0, $0) }
        case .scatter: return frames[place.rank] == Self.frame(root, place.rank)
        case .allToAll: return frames[place.size...].elementsEqual(ranks.map { Self.frame($0, place.rank) })
        default: return true
        }
    }
}
