import Testing

@testable import Gateway

/// What a request says that asks for a WebSocket.
@Suite struct WebSocketUpgradeTests {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="

    private func upgrade(
        _ names: [String] = ["WebSocket"], isGet: Bool = true, versions: [String] = ["13"], keys: [String] = [key]
    ) -> WebSocketUpgrade {
        WebSocketUpgrade(names: names, isGet: isGet, versions: versions, keys: keys)
    }

    @Test func `A GET that names the protocol, its version and a key asks for one`() {
        #expect(upgrade() == .wanted(key: Self.key))
        #expect(upgrade(["h2c", "websocket"]) == .wanted(key: Self.key))
    }

    @Test func `Any other request asks for none`() {
        #expect(upgrade([]) == .none)
        #expect(upgrade(["h2c"]) == .none)
        #expect(upgrade(isGet: false) == .none)
    }

    @Test(arguments: [[], ["8"], ["13", "13"], ["13, 8"]])
    func `Another version is refused`(versions: [String]) {
        #expect(upgrade(versions: versions) == .refused("sec-websocket-version is not 13"))
    }

    @Test(arguments: [
        [], [""], ["dGhlIHNhbXBsZSBub25jZQ"], ["dGhlIHNhbXBsZSBub25jZR=="], ["dGhlIHNhbXBsZSBub25j*Q=="], [key, key],
    ])
    func `A key that is not one of sixteen bytes is refused`(keys: [String]) {
        guard case .refused = upgrade(keys: keys) else {
            Issue.record("\(keys) was taken")
            return
        }
    }
}
