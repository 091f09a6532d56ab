import SwiftZMQ
import Synchronization
import Testing

@Suite struct MessageTests {
    @Test(arguments: [0, 1, 32, 33, 34, 35, 255, 4096, 1_000_000])
    func `Bytes of any length come back as they were`(length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let message = Message(bytes)
        #expect(message.count == length)
        #expect(message.isEmpty == (length == 0))
        #expect([UInt8](message) == bytes)
        #expect(Message(AnySequence(bytes)) == message)
        #expect(Message(bytes.reversed()) == message || length > 1)
    }

    @Test func `A literal, a string and its bytes make equal messages`() {
        let literal: Message = "grüß"
        #expect(literal == Message("grüß"))
        #expect(literal == Message(Array("grüß".utf8)))
        #expect(Set([literal, Message("grüß"), "other"]).count == 2)
        #expect("port \(5555)" as Message == Message("port 5555"))
    }

    @Test func `Messages of equal length and other bytes are not equal`() {
        #expect(Message("abc") != Message("abd"))
        #expect(Message(String(repeating: "a", count: 100)) != Message(String(repeating: "b", count: 100)))
    }

    @Test func `Text that is not UTF-8 is refused or repaired, as asked`() {
        let broken = Message([0x61, 0xFF])
        #expect(String(validating: broken) == nil)
        #expect(String(broken) == "a\u{FFFD}")
        #expect(String(validating: Message("ä")) == "ä")
    }

    @Test(arguments: [8, 33, 34, 4096])
    func `Memory can be filled in place and only in part`(capacity: Int) {
        let message = Message(capacity: capacity) { room in
            #expect(room.count == capacity)
            room.storeBytes(of: UInt64(littleEndian: 0x0102), as: UInt64.self)
            return 2
        }
        #expect([UInt8](message) == [0x02, 0x01])
    }

    @Test func `An error while filling comes through`() {
        struct Refusal: Error {}
        #expect(throws: Refusal.self) { try Message(capacity: 4096) { _ in throw Refusal() } }
        #expect(throws: Refusal.self) { try Message(capacity: 4) { _ in throw Refusal() } }
    }

    @Test(arguments: Transport.allCases)
    func `Memory that was handed over comes back once, after the last reader`(transport: Transport) async throws {
        let releases = Atomic<Int>(0)
        let shared = Releases()
        let size = 1 << 20
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        block.initializeMemory(as: UInt8.self, repeating: 7)
        do {
            let pair = try Connected(over: transport, { try Push($0) }, { try Pull($0) })
            let message = Message(handingOver: UnsafeRawBufferPointer(block)) { bytes in
                bytes.deallocate()
                shared.count.add(1, ordering: .sequentiallyConsistent)
            }
            for _ in 0..<3 { try await pair.bound.send(message) }
            for _ in 0..<3 {
                let received = try await pair.connecting.receive()
                #expect(received[0] == message)
            }
            #expect(shared.count.load(ordering: .sequentiallyConsistent) == 0)
            await pair.context.shutdown()
        }
        #expect(try await eventually { shared.count.load(ordering: .sequentiallyConsistent) == 1 })
        #expect(releases.load(ordering: .relaxed) == 0)
    }

    @Test func `A description shows text as text and other bytes in hexadecimal`() {
        #expect(Message("hello").description == "hello")
        #expect(Message([0, 1, 255]).description == "3 bytes: 0001ff")
        #expect(Message([UInt8](repeating: 0, count: 20)).description.hasSuffix("…"))
    }

    private final class Releases: Sendable {
        let count = Atomic<Int>(0)
    }
}

@Suite struct MultipartTests {
    @Test func `Frames are a collection in the order given`() {
        var message: Multipart = ["a", "", "c"]
        message.append("d")
        #expect(message.count == 4)
        #expect(message.map(String.init) == ["a", "", "c", "d"])
        #expect(Multipart("x", "y", followedBy: ["z"]) == ["x", "y", "z"])
        #expect(Multipart("x", followedBy: ["y"]) == ["x", "y"])
        #expect(Multipart([Message]()) == [""])
        #expect(message.removeFirst() == "a")
        #expect(message == ["", "c", "d"])
        #expect(Multipart("one").count == 1)
    }

    @Test(arguments: [0, 5, 33, 34, 1000]) func `A message is a collection of its bytes`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let message = Message(bytes)
        #expect(Array(message) == bytes && message.count == count && message.isEmpty == (count == 0))
        #expect(message.first == bytes.first && message.last == bytes.last)
        #expect(message.starts(with: bytes.prefix(3)) && Message(message.dropFirst()) == Message(bytes.dropFirst()))
        #expect(message.indices.allSatisfy { message[$0] == bytes[$0] })
        #expect(message.withBytes { span in span.byteCount } == count)
        #expect(message.reduce(0) { $0 &+ Int($1) } == bytes.reduce(0) { $0 + Int($1) })
    }

    @Test func `Frames can be replaced and inserted`() {
        var message: Multipart = ["b"]
        message.insert("a", at: 0)
        message.insert("d", at: 2)
        message.insert("c", at: 2)
        #expect(message == ["a", "b", "c", "d"])
        message[0] = "A"
        message[3] = "D"
        #expect(message == ["A", "b", "c", "D"])
        message.swapAt(0, 3)
        #expect(message == ["D", "b", "c", "A"])
    }
}
