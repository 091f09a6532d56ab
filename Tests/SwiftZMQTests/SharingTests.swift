import Foundation
import SwiftZMQ
import Synchronization
import Testing

/// Memory that messages share with the program and with libzmq, and what programs put into them.
@Suite(.timeLimit(.minutes(5))) struct SharingTests {
    /// Memory that counts how often it is given back.
    private final class HandedOver: Sendable {
        let count: Int
        private let returned = Atomic<Int>(0)

        init(_ count: Int) { self.count = count }

        var returns: Int { returned.load(ordering: .acquiring) }

        /// A frame over new memory, which is freed when it comes back.
        func frame() -> Frame {
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
            bytes.initializeMemory(as: UInt8.self, repeating: 7)
            return Frame(handingOver: UnsafeRawBufferPointer(bytes)) { bytes in
                UnsafeMutableRawBufferPointer(mutating: bytes).deallocate()
                self.returned.add(1, ordering: .releasing)
            }
        }
    }

    @Test(arguments: Transport.allCases, [10, 100_000])
    func `Memory that is handed over comes back through every transport`(transport: Transport, count: Int) async throws
    {
        let pair = try Connected(over: transport, { try Pull($0) }, { try Push($0) })
        let memory = HandedOver(count)
        for _ in 0..<20 { try await pair.connecting.send(memory.frame()) }
        for _ in 0..<20 {
            let message = try await pair.bound.receive()
            #expect([UInt8](message[0]) == [UInt8](repeating: 7, count: count))
        }
        // Without another receive.
        #expect(try await eventually { memory.returns == 20 })
    }

    @Test(arguments: Transport.allCases)
    func `Messages that nobody receives are given back`(transport: Transport) async throws {
        let memory = HandedOver(1000)
        let pair = try Connected(over: transport, { try Pull($0) }, { try Push($0) })
        for _ in 0..<50 { try await pair.connecting.send([memory.frame(), memory.frame()]) }
        _ = try await pair.bound.receive()
        await pair.context.shutdown()
        #expect(try await eventually { memory.returns == 100 })
    }

    @Test func `One message is sent many times, to many`() async throws {
        let memory = HandedOver(5000)
        let context = try Context()
        let publisher = try XPublisher(context) { $0.isVerbose = true }
        let endpoint = try publisher.bind("tcp://127.0.0.1:*")
        let subscribers = try (0..<3).map { _ in
            let subscriber = try Subscriber(context, topics: [""])
            try subscriber.connect(endpoint)
            return subscriber
        }
        try await publisher.waitForSubscriptions(3, timeout: .seconds(20))
        do {
            let frame = memory.frame()
            for number in 0..<10 { try await publisher.send([frame, "\(number)", frame]) }
            for subscriber in subscribers {
                for number in 0..<10 { #expect(try await subscriber.receive() == [frame, "\(number)", frame]) }
            }
            #expect(memory.returns == 0)
        }
        #expect(try await eventually { memory.returns == 1 })
    }

    @Test(arguments: Transport.allCases)
    func `A message larger than every buffer arrives`(transport: Transport) async throws {
        let pair = try Connected(over: transport, { try Pull($0) }, { try Push($0) })
        let large = try Frame(capacity: 20_000_000) { room in
            for index in stride(from: 0, to: room.count, by: 4096) {
                room[index] = UInt8(truncatingIfNeeded: index >> 12)
            }
            return room.count
        }
        try await pair.connecting.send([large, "and a short one"])
        #expect(try await pair.bound.receive(timeout: .seconds(30)) == [large, "and a short one"])
    }

    @Test func `Anything Codable travels in a frame`() async throws {
        struct Order: Codable, Equatable {
            let item: String
            let count: Int
        }
        let pair = try Connected({ try Pull($0) }, { try Push($0) })
        let order = Order(item: "Honig \u{1F36F}", count: 3)
        try await pair.connecting.send(Frame(JSONEncoder().encode(order)))
        let frame = try await pair.bound.receive()[0]
        #expect(try JSONDecoder().decode(Order.self, from: Data([UInt8](frame))) == order)
        // What is no such thing is told by the decoder, and the socket goes on.
        try await pair.connecting.send("no JSON")
        let other = try await pair.bound.receive()[0]
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Order.self, from: Data([UInt8](other))) }
        try await pair.connecting.send("next")
        #expect(try await pair.bound.receive() == ["next"])
    }
}
