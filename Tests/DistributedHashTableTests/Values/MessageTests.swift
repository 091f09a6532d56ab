import DistributedHashTable
import Testing

@Suite struct MessageTests {
    private static let key = PublicKey(bytes: (1...32).map { UInt8($0) }) ?? .none
    private static let address = PeerAddress(host: IPAddress(v4: 0x7F00_0001), port: 7001)
    private static let secured = PeerAddress(host: IPAddress(v4: 0x7F00_0001), port: 7001, key: key)

    static let messages: [PeerMessage] = {
        var generator = SeededRandom(seed: 5)
        let id = NodeID.random(using: &generator)
        let contacts = (0..<20).map { Contact.random($0, using: &generator) }
        let known = [Contact(id: NodeID(hashing: key.bytes), address: secured)]
        let value = StoredValue(Array("value".utf8), version: 3)
        let long = StoredValue([UInt8](repeating: 7, count: StoredValue.mostBytes), version: .max)
        let bodies: [PeerMessage.Body] = [
            .pong(token: 1), .nodes([], token: 2), .nodes(contacts, token: 2),
            .nodes(known, token: 4),
            .nodes(contacts, holding: .init(version: 9, checksum: 7, isCopy: true), token: 2),
            .value(value, life: 60, isCopy: true),
            .value(StoredValue([], version: 1), life: 0, isCopy: false), .value(long, life: .max, isCopy: false),
            .stored(.kept), .stored(.known), .stored(.superseded(8)), .stored(.full), .stored(.badToken),
        ]
        let requests: [PeerMessage.Body] = [
            .ping, .findNode(id), .findValue(id), .store(id, value, life: 86_400, isCopy: false, token: 5),
            .store(id, long, life: 1, isCopy: true, token: .max),
        ]
        return bodies.map { PeerMessage(number: 17, sender: id, incarnation: 0xFEDC_BA98, body: $0) }
            + requests.flatMap { body in
                [nil, address, secured].map { PeerMessage(number: 18, sender: id, address: $0, body: body) }
            }
    }()

    @Test func `Every message is what its bytes say`() throws {
        for message in Self.messages { #expect(try PeerMessage(message.encoded) == message) }
    }

    @Test func `A message that is cut short or too long is none`() {
        for message in Self.messages {
            let bytes = message.encoded
            for length in 0..<min(bytes.count, 200) {
                #expect(throws: WireError.self) { try PeerMessage(Array(bytes.prefix(length))) }
            }
            #expect(throws: WireError.self) { try PeerMessage(bytes.dropLast()) }
            #expect(throws: WireError.self) { try PeerMessage(bytes + [0]) }
        }
    }

    @Test func `What is not of this protocol is told from what is of another version`() {
        let foreign = #expect(throws: WireError.self) { try PeerMessage(Array("GET / HTTP/1.1".utf8)) }
        #expect(foreign?.description.contains("another program") == true)
        var bytes = PeerMessage(number: 1, sender: .zero, body: .ping).encoded
        bytes[2] = 2
        let newer = #expect(throws: WireError.self) { try PeerMessage(bytes) }
        #expect(newer?.description == "it is of version 2, not 1; update the older program")
    }

    /// `DHT_FUZZ_INPUTS` sets how many.
    @Test func `Garbage and mutated messages never do harm, and what is read is written the same`() {
        var generator = SeededRandom(seed: TestSeed.number)
        let originals = Self.messages.map(\.encoded).filter { $0.count < 4096 }
        for _ in 0..<TestSeed.setting("DHT_FUZZ_INPUTS", 20_000) {
            var bytes = originals.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) { Self.mutate(&bytes, using: &generator) }
            guard let message = try? PeerMessage(bytes) else { continue }
            let again = message.encoded
            #expect((try? PeerMessage(again)) == message, "\(TestSeed.hint)")
        }
    }

    private static func mutate(_ bytes: inout [UInt8], using generator: inout SeededRandom) {
        guard !bytes.isEmpty else { return bytes.append(UInt8.random(in: 0...255, using: &generator)) }
        let place = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.removeSubrange(place...)
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 4: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
        default: bytes.append(contentsOf: bytes[place...])
        }
    }
}
