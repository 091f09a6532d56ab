import SwiftZMQ

/// Numbers in one array, cut into blocks of about the same size, that are combined with those of other ranks.
struct NumberBlocks<Number: PlainNumber>: BlockStore {
    private(set) var numbers: [Number]
    private let bounds: [Int]
    private let reduction: Reduction<Number>
    /// What has come as it is, to be passed on without a copy.
    private var received: [Frame?]

    init(_ numbers: [Number], blocks: Int, _ reduction: Reduction<Number>) {
        self.numbers = numbers
        self.reduction = reduction
        bounds = Self.bounds(of: numbers.count, blocks: blocks)
        received = Array(repeating: nil, count: blocks)
    }

    /// Where the blocks of a number of elements begin, and where the last one ends: the first blocks are longer by one where
    /// they do not come out even.
    static func bounds(of count: Int, blocks: Int) -> [Int] {
        let (length, longer) = count.quotientAndRemainder(dividingBy: max(blocks, 1))
        return (0...blocks).map { $0 * length + min($0, longer) }
    }

    /// The numbers of a block.
    func numbers(of block: Int) -> ArraySlice<Number> { numbers[bounds[block]..<bounds[block + 1]] }

    func frame(of block: Int) -> Frame? {
        guard received.indices.contains(block) else { return nil }
        return received[block] ?? Frame(numbers: numbers(of: block))
    }

    mutating func replace(_ block: Int, with frame: Frame) -> Bool {
        guard fits(block, frame) else { return false }
        let range = bounds[block]..<bounds[block + 1]
        numbers.withUnsafeMutableBytes { all in
            frame.withUnsafeBytes { bytes in
                let stride = MemoryLayout<Number>.stride
                let place = UnsafeMutableRawBufferPointer(
                    rebasing: all[range.lowerBound * stride..<range.upperBound * stride])
                place.copyMemory(from: bytes)
            }
        }
        received[block] = frame
        return true
    }

    mutating func combine(_ block: Int, with frame: Frame, comesFirst: Bool) -> Bool {
        guard fits(block, frame) else { return false }
        received[block] = nil
        let range = bounds[block]..<bounds[block + 1]
        numbers.withUnsafeMutableBufferPointer { all in
            let place = UnsafeMutableBufferPointer(rebasing: all[range])
            frame.withUnsafeBytes { bytes in
                if let start = bytes.baseAddress, Int(bitPattern: start) % MemoryLayout<Number>.alignment == 0 {
                    reduction.combine(place, bytes.bindMemory(to: Number.self), comesFirst)
                } else if let aligned: [Number] = frame.numbers() {
                    // A short message lies anywhere in the memory that it was received into.
                    aligned.withUnsafeBufferPointer { reduction.combine(place, $0, comesFirst) }
                }
            }
        }
        return true
    }

    private func fits(_ block: Int, _ frame: Frame) -> Bool {
        received.indices.contains(block)
            && frame.count == (bounds[block + 1] - bounds[block]) * MemoryLayout<Number>.stride
    }
}
