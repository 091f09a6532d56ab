import DistributedHashTable
import Testing

@Suite struct NodeIDTests {
    @Test func `A key's identifier is the first 20 bytes of the SHA-256 of its bytes`() {
        #expect(NodeID(hashing: "abc".utf8).description == "ba7816bf8f01cfea414140de5dae2223b00361a3")
        #expect(NodeID(hashing: []).description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4")
    }

    @Test func `An identifier is what its text and its bytes say`() {
        var generator = SeededRandom(seed: 1)
        for _ in 0..<100 {
            let id = NodeID.random(using: &generator)
            #expect(NodeID(id.description) == id)
            #expect(NodeID(id.description.uppercased()) == id)
            #expect(NodeID(bytes: id.bytes) == id)
        }
        #expect(NodeID("") == nil)
        #expect(NodeID(String(repeating: "0", count: 39)) == nil)
        #expect(NodeID(String(repeating: "g", count: 40)) == nil)
        #expect(NodeID(String(repeating: "é", count: 20)) == nil)
        #expect(NodeID(bytes: [UInt8](repeating: 0, count: 21)) == nil)
    }

    @Test func `Distances are symmetric, zero to oneself only, and obey the triangle`() {
        var generator = SeededRandom(seed: TestSeed.number)
        for _ in 0..<1000 {
            let (a, b, c) = (
                NodeID.random(using: &generator), NodeID.random(using: &generator), NodeID.random(using: &generator)
            )
            #expect(a.distance(to: b) == b.distance(to: a))
            #expect(a.distance(to: a) == .zero)
            // d(a, c) is the exclusive or of the other two, and so no more than their sum.
            #expect(a.distance(to: c) == a.distance(to: b).distance(to: b.distance(to: c)), "\(TestSeed.hint)")
        }
    }

    @Test func `The order of distances is that of their bytes`() {
        var generator = SeededRandom(seed: TestSeed.number)
        for _ in 0..<1000 {
            let (a, b) = (NodeID.random(using: &generator), NodeID.random(using: &generator))
            #expect((a < b) == a.bytes.lexicographicallyPrecedes(b.bytes), "\(TestSeed.hint)")
        }
    }

    @Test(arguments: [0, 1, 31, 32, 63, 64, 65, 127, 128, 129, 158, 159])
    func `An identifier that shares a number of bits shares just as many`(bits: Int) {
        var generator = SeededRandom(seed: 7)
        let id = NodeID.random(using: &generator)
        for _ in 0..<20 { #expect(id.random(sharing: bits, using: &generator).prefixLength(with: id) == bits) }
        #expect(id.prefixLength(with: id) == 160)
    }
}
