import DistributedHashTable

extension Contact {
    /// A contact with a random identifier.
    static func random(_ number: Int, using generator: inout SeededRandom) -> Contact {
        Contact(id: .random(using: &generator), address: Simulation.address(of: number))
    }
}

extension NodeID {
    /// An identifier by the word with which it begins.
    static func beginning(with word: UInt64) -> NodeID {
        let bytes = withUnsafeBytes(of: word.bigEndian) { Array($0) } + [UInt8](repeating: 0, count: 12)
        return NodeID(bytes: bytes) ?? .zero
    }
}
