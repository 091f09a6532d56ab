import NIOCore
import Testing
import WorkerProtocol

@testable import Gateway

/// What a request says that asks for a WebSocket.
@Suite struct WebSocketUpgradeTests {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let usual = [
        "upgrade: websocket", "connection: Upgrade", "sec-websocket-version: 13", "sec-websocket-key: \(key)",
    ]

    private static func request(
        _ fields: [String], _ start: String = "GET / HTTP/1.1", host: String = "h"
    ) throws -> ParsedRequest {
        var parser = RequestHeadParser()
        var input = ByteBuffer(string: ([start, "host: \(host)"] + fields).map { $0 + "\r\n" }.joined() + "\r\n")
        let limits = RequestLimits(HTTPSettings())
        return try #require(try parser.parse(&input, limits: limits))
    }

    private static func upgrade(_ fields: [String], _ start: String = "GET / HTTP/1.1") throws -> WebSocketUpgrade? {
        WebSocketUpgrade.read(from: try request(fields, start))
    }

    /// The usual fields, of which one is replaced by others.
    private static func usual(but name: String, _ fields: String...) -> [String] {
        usual.filter { !$0.hasPrefix("\(name):") } + fields
    }

    @Test func `A GET that names the protocol, its version and a key asks for one`() throws {
        let upgrade = try #require(try Self.upgrade(Self.usual))
        #expect(upgrade.key == Self.key && upgrade.refusal == nil && upgrade.protocols == [])
        let several = Self.usual(but: "upgrade", "upgrade: h2c, WebSocket", "sec-websocket-protocol: a, json ,,b")
        #expect(try Self.upgrade(several)?.protocols == ["a", "json", "b"])
    }

    @Test(arguments: [
        usual(but: "connection", "connection: keep-alive, Upgrade"),
        usual(but: "connection", "connection: close", "connection: upgrade"),
        usual(but: "upgrade", "upgrade: h2c", "upgrade: WEBSOCKET"), usual + ["content-length: 0"],
        usual + ["sec-websocket-extensions: permessage-deflate; client_max_window_bits"],
    ])
    func `Some say it at more length`(fields: [String]) throws {
        let upgrade = try #require(try Self.upgrade(fields))
        #expect(upgrade.refusal == nil)
    }

    @Test func `Subprotocols may stand in several lines`() throws {
        let lines = ["sec-websocket-protocol: a, b", "sec-websocket-protocol: c"]
        #expect(try Self.upgrade(Self.usual + lines)?.protocols == ["a", "b", "c"])
    }

    @Test func `What proves that the key was read is that of the RFC's example`() {
        #expect(WebSocketUpgrade.acceptance(of: Self.key) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(arguments: [
        ("GET / HTTP/1.1", usual(but: "upgrade")), ("GET / HTTP/1.1", usual(but: "connection")),
        ("GET / HTTP/1.1", usual(but: "upgrade", "upgrade: h2c")), ("POST / HTTP/1.1", usual),
        ("GET / HTTP/1.0", usual), ("GET / HTTP/1.1", usual(but: "connection", "connection: keep-alive")),
    ])
    func `Any other request asks for none`(start: String, fields: [String]) throws {
        #expect(try Self.upgrade(fields, start) == nil)
    }

    @Test(arguments: [
        [], ["sec-websocket-version: 8"], ["sec-websocket-version: 13", "sec-websocket-version: 13"],
        ["sec-websocket-version: 13, 8"],
    ])
    func `Another version is refused with the one that is spoken`(versions: [String]) throws {
        let fields = Self.usual.filter { !$0.hasPrefix("sec-websocket-version") } + versions
        let refusal = try #require(try Self.upgrade(fields)?.refusal)
        #expect(refusal.failure == .upgradeRequired && refusal.namesWebSocketVersion)
    }

    @Test(arguments: [
        [], [""], ["dGhlIHNhbXBsZSBub25jZQ"], ["dGhlIHNhbXBsZSBub25jZR=="], ["dGhlIHNhbXBsZSBub25j*Q=="], [key, key],
    ])
    func `A key that is not one of sixteen bytes is refused`(keys: [String]) throws {
        let fields = Self.usual.filter { !$0.hasPrefix("sec-websocket-key") } + keys.map { "sec-websocket-key: \($0)" }
        #expect(try Self.upgrade(fields)?.refusal?.failure == .badRequest)
    }

    @Test func `A body, or subprotocols that are no names, are refused`() throws {
        #expect(try Self.upgrade(Self.usual + ["content-length: 1"])?.refusal?.failure == .badRequest)
        #expect(try Self.upgrade(Self.usual + ["sec-websocket-protocol: a b"])?.refusal?.failure == .badRequest)
    }

    @Test func `A subprotocol that the client does not speak is none to choose`() throws {
        let upgrade = try #require(try Self.upgrade(Self.usual + ["sec-websocket-protocol: a, b"]))
        func isAllowed(_ chosen: String...) -> Bool {
            upgrade.allows(
                ReplyHead(status: 101, fields: chosen.map { .init(name: "sec-websocket-protocol", value: $0) }))
        }
        #expect(isAllowed() && isAllowed("b"))
        #expect(!isAllowed("c") && !isAllowed("B") && !isAllowed("a", "b"))
    }

    // MARK: Origins

    private static func allows(
        _ fields: String..., named: [String] = [], scheme: String = "http", isTrustedProxy: Bool = false
    ) throws -> Bool {
        WebOrigin.allows(try request(fields), named, scheme: scheme, isTrustedProxy: isTrustedProxy)
    }

    @Test func `Pages of the own origin may connect, and programs that are no browsers`() throws {
        #expect(try Self.allows())
        #expect(try Self.allows("origin: http://h") && Self.allows("origin: http://H:80"))
        #expect(try !Self.allows("origin: https://h") && !Self.allows("origin: http://h:8080"))
        #expect(try Self.allows("origin: https://h", scheme: "https"))
    }

    @Test func `An origin may be an address, of which one of IPv6 stands in brackets`() throws {
        for host in ["[::1]:8080", "127.0.0.1:8080"] {
            let own = try Self.request(["origin: http://\(host)"], host: host)
            #expect(WebOrigin.allows(own, [], scheme: "http", isTrustedProxy: false))
            let other = try Self.request(["origin: http://[::1]"], host: host)
            #expect(!WebOrigin.allows(other, [], scheme: "http", isTrustedProxy: false))
            #expect(WebOrigin.allows(other, ["http://[::1]:80"], scheme: "http", isTrustedProxy: false))
        }
    }

    @Test func `Pages of other origins may connect where they are named`() throws {
        let named = ["https://a.example", "http://b:81"]
        #expect(try Self.allows("origin: https://A.example:443", named: named))
        #expect(try Self.allows("origin: http://b:81", named: named))
        for other in ["http://a.example", "http://b", "null", "https://a.example.net", "https://", "x"] {
            #expect(try !Self.allows("origin: \(other)", named: named), "\(other)")
        }
        #expect(try !Self.allows("origin: http://b:81", "origin: http://b:81", named: named))
    }

    @Test func `Behind a trusted proxy the own origin is what the client asked the proxy for`() throws {
        let forwarded = ["x-forwarded-proto: https, http", "x-forwarded-host: www.example , h"]
        let request = try Self.request(forwarded + ["origin: https://www.example"])
        #expect(WebOrigin.allows(request, [], scheme: "http", isTrustedProxy: true))
        #expect(!WebOrigin.allows(request, [], scheme: "http", isTrustedProxy: false))
    }

    @Test(arguments: [("wss", "https"), ("WSS, http", "https"), ("ws", "http"), ("https", "https"), ("http", "http")])
    func `A trusted proxy may name the WebSocket's scheme in place of the page's`(said: String, page: String) throws {
        for scheme in ["http", "https"] {
            let request = try Self.request(["x-forwarded-proto: \(said)", "origin: \(scheme)://h"])
            let isAllowed = WebOrigin.allows(request, [], scheme: "http", isTrustedProxy: true)
            #expect(isAllowed == (scheme == page), "\(said) and a page of \(scheme)")
        }
    }
}
