import SwiftZMQ

/// The data of a collective operation on one rank, as blocks that travel as frames.
protocol BlockStore: Sendable {
    /// A block as it is sent; nil for one that is not there yet, which no schedule asks for.
    mutating func frame(of block: Int) -> Frame?

    /// Puts what has come in the place of a block; false if it does not fit.
    mutating func replace(_ block: Int, with frame: Frame) -> Bool

    /// Combines what has come with a block; false if it does not fit.
    ///
    /// - Parameter comesFirst: whether what has come is the first operand, as it is of lower ranks.
    mutating func combine(_ block: Int, with frame: Frame, comesFirst: Bool) -> Bool
}

/// Blocks that are moved and never looked into.
struct FrameBlocks: BlockStore, Equatable {
    private(set) var frames: [Frame?]

    init(_ frames: [Frame?]) {
        self.frames = frames
    }

    func frame(of block: Int) -> Frame? { frames.indices.contains(block) ? frames[block] : nil }

    mutating func replace(_ block: Int, with frame: Frame) -> Bool {
        guard frames.indices.contains(block) else { return false }
        frames[block] = frame
        return true
    }

    func combine(_ block: Int, with frame: Frame, comesFirst: Bool) -> Bool { false }
}
