import Testing

@testable import DistributedHashTable

@Suite struct PeerAddressTests {
    @Test(arguments: ["tcp://127.0.0.1:7001", "tcp://[::1]:7001", "tcp://[2001:db8::17]:65535", "tcp://0.0.0.0:1"])
    func `An endpoint is what an address of it says`(endpoint: String) {
        #expect(PeerAddress(endpoint: endpoint)?.endpoint == endpoint)
    }

    @Test(
        arguments: [
            "", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:0", "tcp://127.0.0.1:65536",
            "tcp://127.0.0.1:+1", "tcp://host:1", "ipc:///tmp/x:1", "tcp://[::1:1",
        ])
    func `What is no endpoint of numbers has no address`(endpoint: String) {
        #expect(PeerAddress(endpoint: endpoint) == nil)
    }

    /// savoirfairelinux/opendht#379: users join through 0.0.0.0, which leads to their own machine, and mean that.
    @Test(arguments: [("tcp://0.0.0.0:7001", "tcp://127.0.0.1:7001"), ("tcp://[::]:7001", "tcp://[::1]:7001")])
    func `Whoever joins through any address asks its own machine, and can tell others of it`(
        unspecified: String, own: String
    ) throws {
        let address = try #require(PeerAddress(endpoint: unspecified))
        var lone = LoneNode(.zero)
        lone.node.join(through: [address], now: .start)
        let asked = lone.requests()
        #expect(asked.map(\.address.endpoint) == [own])
    }

    @Test func `A host's name is looked up`() throws {
        #expect(try PeerAddress.resolve("tcp://localhost:7001").port == 7001)
        #expect(throws: PeerAddress.Unresolved.self) { try PeerAddress.resolve("tcp://no.such.host.invalid:1") }
        #expect(throws: PeerAddress.Unresolved.self) { try PeerAddress.resolve("ipc:///tmp/x") }
    }
}
