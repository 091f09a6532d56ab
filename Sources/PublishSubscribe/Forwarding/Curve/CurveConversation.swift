import SwiftZMQ

/// A server's side of the CURVE mechanism on one connection, as bytes
/// ([RFC 26](https://rfc.zeromq.org/spec/26/)): a handshake in which either end proves who it is, and then frames that
/// nobody else can read, make or repeat.
struct CurveConversation: Sendable {
    typealias Violation = SubscriberSession.Violation

    /// What is known between the two commands of the handshake that come from the client.
    private struct Welcomed {
        /// The client's public key for this connection.
        let client: [UInt8]
        /// One's own keys for this connection: who learns the lasting ones later cannot read what was said before.
        let own: CurveKeyPair
        /// What the client is to bring back, and cannot read.
        let cookie: [UInt8]
        let box: CurveBox
    }

    /// What the flags of a sealed frame mean.
    static let more: UInt8 = 1
    static let command: UInt8 = 2

    /// The name of the command that each frame is sealed in, as it stands in front of it.
    private static let message: [UInt8] = [7] + Array("MESSAGE".utf8)

    private enum Phase {
        case greeting
        case welcomed(Welcomed)
        /// Both know each other. The own keys for this connection are forgotten by now.
        case open(CurveBox)
    }

    private let keys: CurveKeyPair
    private var phase = Phase.greeting
    /// The number of the last command that was sent, and of the last that was received; both only grow.
    private var sent: UInt64 = 0
    private var received: UInt64 = 0

    init(_ keys: CurveKeyPair) {
        self.keys = keys
    }

    // MARK: The handshake

    /// Reads the client's first command, which only somebody can have sealed who knows this server's public key.
    ///
    /// - Parameter data: of the command HELLO: version, filler, the client's key for this connection, a number, a seal.
    /// - Returns: that of the answer, WELCOME.
    mutating func receive(hello data: ArraySlice<UInt8>) throws(Violation) -> [UInt8] {
        let data = Array(data)
        guard case .greeting = phase, data.count == 194, data[..<2] == [1, 0] else {
            throw Violation(description: "a HELLO that is none of CURVE 1.0")
        }
        let client = Array(data[74..<106])
        guard let greeting = CurveBox(secretKey: keys.secretKey.bytes, publicKey: client),
            let signature = greeting.open(data[114...], nonce: Self.nonce("CurveZMQHELLO---", data[106..<114])),
            signature.allSatisfy({ $0 == 0 })
        else { throw Violation(description: "a HELLO that was meant for another server's key") }
        let own: CurveKeyPair
        do throws(ZMQError) {
            own = try .generate()
        } catch {
            throw Violation(description: "\(error)")
        }
        guard let box = CurveBox(secretKey: own.secretKey.bytes, publicKey: client) else {
            throw Violation(description: "a HELLO with a key that is none")
        }
        let cookie = Self.randomBytes(96)
        let random = Self.randomBytes(16)
        phase = .welcomed(Welcomed(client: client, own: own, cookie: cookie, box: box))
        return random + greeting.seal(own.publicKey.bytes + cookie, nonce: Self.nonce("WELCOME-", random[...]))
    }

    /// Reads who the client is. Whether that one is let in is for the caller to say.
    ///
    /// - Parameter data: of the command INITIATE: the cookie, a number, and, sealed, the client's lasting key, the proof that
    ///   it has the secret one, too, and its properties.
    /// - Returns: its lasting public key, and its properties.
    mutating func receive(initiate data: ArraySlice<UInt8>) throws(Violation)
        -> (client: CurveKey, properties: [UInt8])
    {
        let data = Array(data)
        // A cookie cannot be guessed byte by byte from how long this takes: there is one try on a connection.
        guard case .welcomed(let welcomed) = phase, data.count >= 248, data[..<96].elementsEqual(welcomed.cookie) else {
            throw Violation(description: "an INITIATE that does not follow a WELCOME")
        }
        // The proof is sealed for the own key of this connection, so that it is of no use on another.
        guard let text = welcomed.box.open(data[104...], nonce: Self.nonce("CurveZMQINITIATE", data[96..<104])),
            let client = try? CurveKey(text[..<32]),
            let vouching = CurveBox(secretKey: welcomed.own.secretKey.bytes, publicKey: client.bytes),
            let vouch = vouching.open(text[48..<128], nonce: Self.nonce("VOUCH---", text[32..<48])),
            vouch == welcomed.client + keys.publicKey.bytes
        else { throw Violation(description: "an INITIATE of somebody who has not the keys that it names") }
        received = Self.number(data[96..<104])
        phase = .open(welcomed.box)
        return (client, Array(text[128...]))
    }

    /// The data of the command READY, which lets the client in.
    mutating func ready(_ properties: [UInt8]) -> [UInt8] { sealed(properties, prefix: "CurveZMQREADY---") }

    // MARK: Traffic

    /// The frame that has another one sealed in it. To be called once the client is let in.
    mutating func seal(_ body: [UInt8], flags: UInt8) -> [UInt8] {
        Self.message + sealed([flags] + body, prefix: "CurveZMQMESSAGES")
    }

    /// The frame that is sealed in another one, and its flags.
    mutating func open(_ frame: ArraySlice<UInt8>) throws(Violation) -> (flags: UInt8, body: ArraySlice<UInt8>) {
        guard case .open(let box) = phase, frame.starts(with: Self.message), frame.count >= Self.message.count + 8
        else {
            throw Violation(description: "a frame that is not encrypted")
        }
        let data = frame.dropFirst(Self.message.count)
        let number = Self.number(data.prefix(8))
        guard number > received else { throw Violation(description: "a frame that has come before") }
        guard let text = box.open(data.dropFirst(8), nonce: Self.nonce("CurveZMQMESSAGEC", data.prefix(8))),
            let flags = text.first
        else { throw Violation(description: "a frame that was not sealed by this client") }
        received = number
        return (flags, text.dropFirst())
    }

    /// The next number, and what is sealed with it.
    private mutating func sealed(_ text: [UInt8], prefix: String) -> [UInt8] {
        guard case .open(let box) = phase else { preconditionFailure("the client has not said who it is") }
        sent += 1
        let number = withUnsafeBytes(of: sent.bigEndian) { Array($0) }
        return number + box.seal(text, nonce: Self.nonce(prefix, number[...]))
    }

    // MARK: Bytes

    private static func nonce(_ prefix: String, _ rest: ArraySlice<UInt8>) -> [UInt8] { Array(prefix.utf8) + rest }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func randomBytes(_ count: Int) -> [UInt8] {
        // The system's own generator, which is good enough for keys.
        (0..<count).map { _ in .random(in: 0...255) }
    }
}
