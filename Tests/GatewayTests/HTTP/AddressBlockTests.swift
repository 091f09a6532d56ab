import Testing

@testable import Gateway

/// IP addresses, and blocks of them, as texts.
@Suite struct AddressBlockTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "255.255.255.255", true),
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false), ("192.0.2.6/31", "192.0.2.7", true),
        ("192.0.2.7/32", "192.0.2.7", true), ("128.0.0.0/1", "127.255.255.255", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false), ("::1", "::1", true),
        ("::/0", "2001:db8::1", true), ("fe80::/10", "febf::1", true), ("fe80::/10", "fec0::1", false),
        // Of the two versions, neither has an address of the other, however it is written.
        ("::/0", "192.0.2.7", false), ("::/0", "::ffff:192.0.2.7", false), ("0.0.0.0/0", "2001:db8::1", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.0/104", "10.1.2.3", true),
        ("::ffff:10.0.0.0/104", "11.0.0.0", false),
        ("10.0.0.0/8", "unknown", false), ("10.0.0.0/8", "", false), ("10.0.0.0/8", "10.0.0.1:80", false),
    ])
    func `A block has the addresses that begin as it does`(block: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressBlock(block)).contains(address) == isIn)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8",
        "10.0.0.0 /8", "10.0.0/8", "010.0.0.0/8", "10.0.0.0.0", "256.0.0.0/8", "::/129", "::1%lo", "[::1]", "1::2::3",
        "localhost", "10.0.0.0/٨", "10.0.0.0\0/8", "::ffff:10.0.0.0/95", "10.0.0.0/99999999999999999999",
    ])
    func `Anything else is no block`(text: String) {
        #expect(AddressBlock(text) == nil)
        #expect(AddressBlock(masking: text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.1/8", "10.0.0.0/8"), ("192.0.2.255/31", "192.0.2.254/31"), ("2001:db8::1/64", "2001:db8::/64"),
        ("1.2.3.4/0", "0.0.0.0/0"), ("::1/0", "::/0"),
    ])
    func `Bits beyond the length are a mistake, and known without them`(text: String, meant: String) {
        #expect(AddressBlock(text) == nil)
        #expect(AddressBlock(masking: text)?.description == meant)
        #expect(AddressBlock(meant)?.description == meant)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("192.0.2.7:80", "192.0.2.7"), ("2001:db8::7", "2001:db8::7"),
        ("[2001:DB8:0::7]", "2001:db8::7"), ("[2001:db8::7]:443", "2001:db8::7"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::", "::"),
    ])
    func `An address that a proxy tells may have a port or brackets`(member: String, address: String) {
        #expect(NetworkAddress(forwarded: member)?.description == address)
    }

    @Test(arguments: [
        "", "unknown", "_hidden", "192.0.2.7:", "192.0.2.7:x", "192.0.2.7:123456", "[192.0.2.7", "[2001:db8::7]443",
        "[2001:db8::7]:", "[]", "[", ":80", "\"192.0.2.7\"",
    ])
    func `What else a proxy may tell is no address`(member: String) {
        #expect(NetworkAddress(forwarded: member) == nil)
    }
}
