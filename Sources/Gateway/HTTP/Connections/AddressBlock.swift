/// The IP addresses that begin alike, as in `10.0.0.0/8` or `2001:db8::/32` (RFC 4632, section 3.1); or one alone.
///
/// Addresses of version 4 and of version 6 are told apart: `::/0` has none of version 4, even where a listener for both
/// sees them as `::ffff:192.0.2.7`.
public struct AddressBlock: Sendable, Hashable {
    private let first: NetworkAddress
    /// How many bits of the address are the same for all.
    private let length: Int

    private init(first: NetworkAddress, length: Int) {
        self.first = first
        self.length = length
    }

    /// Reads `ADDRESS/LENGTH`, or an address alone; nil where the text is anything else, or the address has bits beyond the
    /// length.
    public init?(_ text: String) {
        guard let block = Self(masking: text), block.first == Self.address(in: text) else { return nil }
        self = block
    }

    /// Reads a block, and clears the bits of the address that stand beyond the length.
    init?(masking text: String) {
        guard let address = Self.address(in: text) else { return nil }
        var length = address.width
        if let slash = text.firstIndex(of: "/") {
            let digits = text[text.index(after: slash)...]
            guard 1...3 ~= digits.utf8.count, digits.utf8.allSatisfy(\.isDigit), let number = Int(digits) else {
                return nil
            }
            // Of the 128 bits of an address of version 4 in version 6, the first 96 say that it is one.
            length = address.isVersion4 && text[..<slash].contains(":") ? number - 96 : number
            guard 0...address.width ~= length else { return nil }
        }
        let kept = (address.number >> (address.width - length)) << (address.width - length)
        self.init(first: NetworkAddress(number: kept, isVersion4: address.isVersion4), length: length)
    }

    private static func address(in text: String) -> NetworkAddress? {
        NetworkAddress(String(text.prefix { $0 != "/" }))
    }

    /// Whether an address, written in numbers, is in the block.
    public func contains(_ address: String) -> Bool { NetworkAddress(address).map(contains) ?? false }

    func contains(_ address: NetworkAddress) -> Bool {
        address.isVersion4 == first.isVersion4 && (address.number ^ first.number) >> (first.width - length) == 0
    }
}

extension AddressBlock: CustomStringConvertible {
    /// The block as it is read; an address alone without its length.
    public var description: String { length == first.width ? "\(first)" : "\(first)/\(length)" }
}
