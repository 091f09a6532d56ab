import SwiftZMQ
import Testing

/// Options that are set and read while others wait for the socket.
@Suite(.timeLimit(.minutes(5))) struct OptionWaiterTests {
    /// Something that is asked of a socket's options, again and again.
    struct Access: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let run: @Sendable (Pull) throws -> Void

        init(_ description: String, _ run: @escaping @Sendable (Pull) throws -> Void) {
            testDescription = description
            self.run = run
        }
    }

    private static let events: Int32 = 15

    static let accesses: [Access] = [
        Access("an option that is read") { _ = try $0.option(\.linger) },
        Access("an option that is set") { try $0.setOption(\.linger, to: .zero) },
        Access("a value out of range") { try $0.setOption(\.linger, to: .seconds(-1)) },
        Access("an option that is set too late") { try $0.setOption(\.receiveHighWaterMark, to: 10) },
        Access("an unknown option") { try $0.setOption(9999, to: 1 as Int32) },
        Access("the readiness, by its number") { _ = try $0.option(events) },
        // libzmq takes in what there is, and fails then.
        Access("the readiness in a number that is too long") { _ = try $0.option(events, as: Int64.self) },
        Access("the readiness in too few bytes") { _ = try $0.option(events, capacity: 1) },
        Access("the mechanism") { _ = try $0.mechanism },
        Access("the last endpoint") { _ = try $0.lastEndpoint },
        Access("an endpoint with options that cannot be connected") {
            try $0.connect("tcp://nowhere") { $0.typeOfService = 8 }
        },
        Access("an endpoint with options that are out of range") {
            try $0.connect("tcp://127.0.0.1:1") { $0.typeOfService = -1 }
        },
    ]

    @Test(arguments: accesses, [Transport.tcp, .inproc])
    func `Whoever waits for a message gets it, whatever is asked of the options meanwhile`(
        access: Access, transport: Transport
    ) async throws {
        let pair = try Connected(over: transport, { try Pull($0) }, { try Push($0) })
        let asking = Task {
            while !Task.isCancelled {
                try? access.run(pair.bound)
                await Task.yield()
            }
        }
        defer { asking.cancel() }
        for number in 0..<300 {
            async let message = pair.bound.receive(timeout: .seconds(20))
            try await pair.connecting.send("\(number)")
            let received = try await message
            try #require(received == ["\(number)"])
        }
    }

    /// How the mark of a socket that exists is set.
    enum Way: CaseIterable {
        case inTheInitializer, byNameBeforeBinding, byNumberBeforeBinding, byNumberAfterBinding
    }

    @Test(arguments: Way.allCases)
    func `A reply is not dropped at a low mark, whenever that was set`(way: Way) async throws {
        let context = try Context()
        let sendHighWaterMark: Int32 = 23
        let reply = try Reply(context) {
            $0.linger = .zero
            if way == .inTheInitializer { $0.sendHighWaterMark = 1 }
        }
        if way == .byNameBeforeBinding { try reply.setOption(\.sendHighWaterMark, to: 1) }
        if way == .byNumberBeforeBinding { try reply.setOption(sendHighWaterMark, to: 1 as Int32) }
        let endpoint = try reply.bind("inproc://low")
        if way == .byNumberAfterBinding { try reply.setOption(sendHighWaterMark, to: 1 as Int32) }
        let dealer = try Dealer(context) {
            $0.receiveHighWaterMark = 1
            $0.linger = .zero
        }
        try dealer.connect(endpoint)
        for number in 0..<50 { try await dealer.send(["", "\(number)"]) }
        for number in 0..<50 {
            // Taken by a socket that has no reason to look at what its peer told it.
            let request = try #require(try reply.tryReceive())
            #expect(try reply.trySend(request))
            // The reply before has long been taken, and there is room for the next.
            #expect(try await dealer.receive(timeout: .seconds(20)) == ["", "\(number)"])
        }
    }
}
