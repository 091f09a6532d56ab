/// Puts bytes together.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func write(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    mutating func write(_ id: NodeID) {
        write(id.high)
        write(id.middle)
        write(id.low)
    }

    mutating func write(_ address: PeerAddress, withKey: Bool) {
        write(address.host.high)
        write(address.host.low)
        write(address.port)
        guard withKey else { return }
        write(address.key.first)
        write(address.key.second)
        write(address.key.third)
        write(address.key.fourth)
    }
}
