import SwiftZMQ
import Testing

@testable import PublishSubscribe

/// A server's side of CURVE, beside clients that keep to RFC 26 and such that do not.
@Suite struct CurveConversationTests {
    private typealias Violation = SubscriberSession.Violation

    /// A client's side of the handshake, step by step.
    private struct Client {
        let server: CurveKey
        let keys: CurveKeyPair
        /// For one connection.
        let own: CurveKeyPair
        /// Whose secret key the proof is made with.
        let proving: CurveKeyPair
        /// The key that the proof is about.
        let proven: CurveKey

        init(of server: CurveKey, proving: CurveKeyPair? = nil, proven: CurveKey? = nil) throws {
            self.server = server
            keys = try .generate()
            own = try .generate()
            self.proving = proving ?? keys
            self.proven = proven ?? own.publicKey
        }

        private func nonce(_ prefix: String, _ rest: [UInt8]) -> [UInt8] { Array(prefix.utf8) + rest }

        private func number(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

        private func box(_ keys: CurveKeyPair, _ other: [UInt8]) throws -> CurveBox {
            try #require(CurveBox(secretKey: keys.secretKey.bytes, publicKey: other))
        }

        func hello() throws -> [UInt8] {
            let seal = try box(own, server.bytes)
                .seal([UInt8](repeating: 0, count: 64), nonce: nonce("CurveZMQHELLO---", number(1)))
            return [1, 0] + [UInt8](repeating: 0, count: 72) + own.publicKey.bytes + number(1) + seal
        }

        /// What a WELCOME brings: the server's key for this connection, and the cookie.
        func read(_ welcome: [UInt8]) throws -> (key: [UInt8], cookie: [UInt8]) {
            let text = try #require(
                try box(own, server.bytes).open(welcome[16...], nonce: nonce("WELCOME-", Array(welcome[..<16]))))
            return (Array(text[..<32]), Array(text[32...]))
        }

        func initiate(_ key: [UInt8], _ cookie: [UInt8]) throws -> [UInt8] {
            let random = [UInt8](repeating: 7, count: 16)
            let proof = try box(proving, key).seal(proven.bytes + server.bytes, nonce: nonce("VOUCH---", random))
            let text = keys.publicKey.bytes + random + proof + Array("properties".utf8)
            return cookie + number(2)
                + (try box(own, key).seal(text, nonce: nonce("CurveZMQINITIATE", number(2))))
        }

        func message(_ count: UInt64, _ text: String, _ key: [UInt8]) throws -> [UInt8] {
            let sealed = try box(own, key)
                .seal([0] + Array(text.utf8), nonce: nonce("CurveZMQMESSAGEC", number(count)))
            return [7] + Array("MESSAGE".utf8) + number(count) + sealed
        }

        func read(_ ready: [UInt8], _ prefix: String, _ key: [UInt8]) throws -> [UInt8]? {
            try box(own, key).open(ready[8...], nonce: nonce(prefix, Array(ready[..<8])))
        }
    }

    private let server: CurveKeyPair

    init() throws { server = try .generate() }

    /// A conversation that a client has been welcomed in, and what that says.
    private func welcomed(
        _ client: Client
    ) throws -> (conversation: CurveConversation, key: [UInt8], cookie: [UInt8]) {
        var conversation = CurveConversation(server)
        let (key, cookie) = try client.read(try conversation.receive(hello: try client.hello()[...]))
        return (conversation, key, cookie)
    }

    private func complaint(_ body: () throws -> Void) throws -> String {
        try #require(throws: Violation.self) { try body() }.description
    }

    @Test func `Whoever has the keys is let in, and its frames are read once each`() throws {
        let client = try Client(of: server.publicKey)
        var (conversation, key, cookie) = try welcomed(client)
        #expect(key != server.publicKey.bytes)
        let (known, properties) = try conversation.receive(initiate: try client.initiate(key, cookie)[...])
        #expect(known == client.keys.publicKey)
        #expect(properties == Array("properties".utf8))
        #expect(try client.read(conversation.ready([1, 2]), "CurveZMQREADY---", key) == [1, 2])
        let first = try client.message(3, "one", key)
        #expect(try conversation.open(first[...]).body.elementsEqual("one".utf8))
        // Numbers may be left out, and none comes again.
        let third = try client.message(9, "three", key)
        #expect(try conversation.open(third[...]).body.elementsEqual("three".utf8))
        for late in [third, first, try client.message(8, "two", key)] {
            #expect(try complaint { _ = try conversation.open(late[...]) }.contains("has come before"))
        }
        for changed in [8, 15, 16, 20] {
            var frame = try client.message(10, "four", key)
            frame[changed] ^= 1
            #expect(throws: Violation.self) { _ = try conversation.open(frame[...]) }
        }
        #expect(try complaint { _ = try conversation.open([1, 0x78][...]) }.contains("not encrypted"))
        // What was refused counts for nothing.
        #expect(try conversation.open(try client.message(10, "four", key)[...]).body.elementsEqual("four".utf8))
    }

    @Test func `Nothing is sealed twice with one number, nor twice with the same keys for two connections`() throws {
        let client = try Client(of: server.publicKey)
        var (conversation, key, cookie) = try welcomed(client)
        let (_, otherKey, otherCookie) = try welcomed(client)
        #expect(key != otherKey && cookie != otherCookie)
        _ = try conversation.receive(initiate: try client.initiate(key, cookie)[...])
        var numbers: Set<[UInt8]> = [Array(conversation.ready([]).prefix(8))]
        for _ in 0..<300 { numbers.insert(Array(conversation.seal([1], flags: 0)[8..<16])) }
        #expect(numbers.count == 301)
    }

    @Test func `Whoever names the key of another is not let in, however it comes by a proof`() throws {
        let thief = try CurveKeyPair.generate()
        let others = [
            // It has not the secret key of whom it names.
            try Client(of: server.publicKey, proving: thief),
            // The proof of another connection.
            try Client(of: server.publicKey, proven: thief.publicKey),
        ]
        for client in others {
            var (conversation, key, cookie) = try welcomed(client)
            let initiate = try client.initiate(key, cookie)
            #expect(
                try complaint { _ = try conversation.receive(initiate: initiate[...]) }.contains("has not the keys"))
        }
    }

    @Test func `A handshake has its order, and its cookie is of one connection`() throws {
        let client = try Client(of: server.publicKey)
        var (conversation, key, cookie) = try welcomed(client)
        let hello = try client.hello()
        #expect(throws: Violation.self) { _ = try conversation.receive(hello: hello[...]) }
        let (_, _, otherCookie) = try welcomed(client)
        for wrong in [otherCookie, [UInt8](repeating: 0, count: 96)] {
            let initiate = try client.initiate(key, wrong)
            #expect(throws: Violation.self) { _ = try conversation.receive(initiate: initiate[...]) }
        }
        let initiate = try client.initiate(key, cookie)
        #expect(throws: Violation.self) { _ = try conversation.open(initiate[...]) }
        _ = try conversation.receive(initiate: initiate[...])
        for _ in 0..<2 {
            #expect(throws: Violation.self) { _ = try conversation.receive(initiate: initiate[...]) }
            #expect(throws: Violation.self) { _ = try conversation.receive(hello: hello[...]) }
        }
        // What was said on one connection says nothing on another.
        var other = try welcomed(client).conversation
        #expect(throws: Violation.self) { _ = try other.receive(initiate: initiate[...]) }
    }

    @Test func `A key of zeros, with which everybody shares the same secret, is refused`() throws {
        #expect(CurveBox(secretKey: server.secretKey.bytes, publicKey: [UInt8](repeating: 0, count: 32)) == nil)
        var hello = try Client(of: server.publicKey).hello()
        hello.replaceSubrange(74..<106, with: [UInt8](repeating: 0, count: 32))
        var conversation = CurveConversation(server)
        #expect(throws: Violation.self) { _ = try conversation.receive(hello: hello[...]) }
    }
}
