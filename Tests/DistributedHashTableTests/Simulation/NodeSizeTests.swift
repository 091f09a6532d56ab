import Testing

@testable import DistributedHashTable

@Suite struct NodeSizeTests {
    private let other = Contact(id: .beginning(with: 1 << 63), address: Simulation.address(of: 2))

    @Test func `What a node is still to look up counts as its size`() {
        var lone = LoneNode(.zero)
        lone.meet(other)
        let before = lone.node.byteCount
        for number: UInt64 in 0..<10_000 { lone.node.beginLater(.refresh, of: .beginning(with: number), now: .start) }
        let grown = lone.node.byteCount - before
        #expect(grown > 9_000 * NodeID.byteCount, "\(grown)")
    }

    @Test func `What a node is still to hand over counts as its size`() {
        var lone = LoneNode(.zero)
        for number: UInt64 in 0..<10_000 {
            let (key, value) = (NodeID.beginning(with: number), StoredValue([], version: 1))
            _ = lone.node.keepValue(value, of: key, until: .start + .hours(1), asCopy: false, now: .start)
        }
        let before = lone.node.byteCount
        lone.meet(other)
        let grown = lone.node.byteCount - before
        #expect(grown > 9_000 * NodeID.byteCount, "\(grown)")
    }
}
