/// Which addresses peers may come from.
///
/// An address is written in numbers, `192.0.2.7` or `2001:db8::7`; a block of them with the length of what its
/// addresses have in common, `10.0.0.0/8`. `ipc` stands for whoever connects over `ipc`, `ipc:1000` for the user of that
/// number alone.
public struct AddressRule: Sendable, Hashable {
    private let kind: Kind

    private enum Kind: Hashable {
        case any
        case only([AddressBlock])
        case allBut([AddressBlock])
    }

    /// Every address, the default.
    public static let any = Self(kind: .any)

    /// No address but those in the given blocks.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` for a text that is no address and no block.
    public static func only(_ blocks: String...) throws(ZMQError) -> Self { try only(blocks) }

    /// No address but those in the given blocks; see ``only(_:)-(String...)``.
    public static func only(_ blocks: [String]) throws(ZMQError) -> Self {
        Self(kind: .only(try AddressBlock.parse(blocks)))
    }

    /// Every address but those in the given blocks. One that cannot be understood is not let in either.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` for a text that is no address and no block.
    public static func allBut(_ blocks: String...) throws(ZMQError) -> Self { try allBut(blocks) }

    /// Every address but those in the given blocks; see ``allBut(_:)-(String...)``.
    public static func allBut(_ blocks: [String]) throws(ZMQError) -> Self {
        Self(kind: .allBut(try AddressBlock.parse(blocks)))
    }

    /// Whether a peer may come from an address, as libzmq writes it.
    public func admits(_ address: String) -> Bool {
        switch kind {
        case .any: true
        case .only(let blocks): PeerAddress(address).map { peer in blocks.contains { $0.contains(peer) } } ?? false
        case .allBut(let blocks): PeerAddress(address).map { peer in !blocks.contains { $0.contains(peer) } } ?? false
        }
    }
}

/// Where a peer comes from.
private enum PeerAddress {
    case network(IPAddress)
    case local(userID: UInt32)

    /// Reads what libzmq tells: an IP address, or the numbers of user, group and process, each behind a colon, and in
    /// front of them what the C library calls this machine.
    init?(_ text: String) {
        if let address = IPAddress(text) {
            self = .network(address)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, ["localhost", ""].contains(parts[0]), let userID = UInt32(parts[1]) else { return nil }
        self = .local(userID: userID)
    }
}

/// Addresses that begin alike.
private enum AddressBlock: Hashable {
    case network(IPAddress, bits: Int)
    /// Nil for every user.
    case local(userID: UInt32?)

    static func parse(_ texts: [String]) throws(ZMQError) -> [AddressBlock] {
        var blocks: [AddressBlock] = []
        for text in texts {
            guard let block = AddressBlock(text) else {
                throw ZMQError(
                    code: .invalidArgument, operation: "read the block of addresses \(text.debugDescription)",
                    explanation: "write 192.0.2.7, 10.0.0.0/8, 2001:db8::/32, ipc, or ipc:USER in numbers")
            }
            blocks.append(block)
        }
        return blocks
    }

    private init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if text == "ipc" {
            self = .local(userID: nil)
        } else if text.hasPrefix("ipc:"), let userID = UInt32(text.dropFirst(4)) {
            self = .local(userID: userID)
        } else if let address = IPAddress(String(parts[0])) {
            let width = address.isVersion4 ? 32 : 128
            let length = parts.count == 1 ? width : Int(parts[1])
            guard let length, (0...width).contains(length) else { return nil }
            self = .network(address, bits: length + 128 - width)
        } else {
            return nil
        }
    }

    func contains(_ peer: PeerAddress) -> Bool {
        switch (self, peer) {
        case (.local(let wanted), .local(let userID)): wanted == nil || wanted == userID
        case (.network(let address, let bits), .network(let other)):
            (0..<bits).allSatisfy { bit in
                let mask = UInt8(0x80) >> UInt8(bit % 8)
                return address.bytes[bit / 8] & mask == other.bytes[bit / 8] & mask
            }
        default: false
        }
    }
}
