import SwiftZMQ
import Testing

/// How many messages wait between two sockets.
@Suite(.timeLimit(.minutes(5))) struct HighWaterMarkTests {
    /// The marks of both ends, and who comes first.
    struct Marks: CustomTestStringConvertible {
        let send: Int?
        let receive: Int?
        let bindsFirst: Bool

        var testDescription: String {
            "\(Self.text(send)) and \(Self.text(receive)), \(bindsFirst ? "bound" : "connected") first"
        }

        private static func text(_ mark: Int?) -> String { mark.map { "\($0)" } ?? "none" }

        static func all(_ marks: [(Int?, Int?)]) -> [Marks] {
            marks.flatMap { send, receive in
                [true, false].map { Marks(send: send, receive: receive, bindsFirst: $0) }
            }
        }
    }

    /// More than any finite mark here.
    static let plenty = 5_000

    /// Sends until there is no room, and counts.
    private func fill(_ socket: some SendingSocket) throws -> Int {
        var count = 0
        while count < Self.plenty, try socket.trySend("\(count)") { count += 1 }
        return count
    }

    /// Receives what is there, expects it in order, and counts.
    private func drain(_ socket: some ReceivingSocket) throws -> Int {
        var count = 0
        while let message = try socket.tryReceive() {
            #expect(message == ["\(count)"])
            count += 1
        }
        return count
    }

    private func pair(_ marks: Marks) throws -> (push: Push, pull: Pull) {
        let context = try Context()
        let pull = try Pull(context) { $0.receiveHighWaterMark = marks.receive }
        let push = try Push(context) { $0.sendHighWaterMark = marks.send }
        if marks.bindsFirst {
            try pull.bind("inproc://marks")
            try push.connect("inproc://marks")
        } else {
            try push.connect("inproc://marks")
            try pull.bind("inproc://marks")
        }
        return (push, pull)
    }

    @Test func `Two thousand messages wait at the default marks of both ends`() throws {
        let pair = try Connected(over: .inproc, { try Pull($0) }, { try Push($0) })
        #expect(try fill(pair.connecting) == 2000)
        #expect(try drain(pair.bound) == 2000)
    }

    @Test(arguments: Marks.all([(nil, nil), (1, nil), (nil, 1)]))
    func `No mark is no limit`(marks: Marks) throws {
        let (push, pull) = try pair(marks)
        #expect(try fill(push) == Self.plenty)
        #expect(try drain(pull) == Self.plenty)
    }

    @Test(arguments: Marks.all([(1, 1), (2, 2), (10, 1)]))
    func `Finite marks add up, and what was received makes room`(marks: Marks) async throws {
        let (push, pull) = try pair(marks)
        #expect(try push.option(\.sendHighWaterMark) == marks.send)
        let sum = try #require(marks.send) + #require(marks.receive)
        #expect(try fill(push) == sum)
        #expect(try drain(pull) == sum)
        // libzmq learns of the room moments later.
        #expect(try await eventually { try push.trySend("0") })
        #expect(try drain(pull) == 1)
    }

    @Test func `What was sent before its socket closed arrives at who binds later`() throws {
        let context = try Context()
        let push = try Push(context) { $0.sendHighWaterMark = 7 }
        try push.connect("inproc://closed")
        let sent = try fill(push)
        #expect(sent == 7)
        push.close()
        let pull = try Pull(context)
        try pull.bind("inproc://closed")
        #expect(try drain(pull) == sent)
    }

    @Test(arguments: Transport.allCases)
    func `A bound socket without a peer has no room`(transport: Transport) throws {
        let push = try Push(Context())
        try push.bind(transport.freshEndpoint())
        #expect(try fill(push) == 0)
    }

    @Test func `A publisher drops beyond the marks, and goes on when there is room again`() async throws {
        let pair = try Connected(
            over: .inproc, { try XPublisher($0) { $0.sendHighWaterMark = 100 } },
            { try Subscriber($0, topics: [""]) { $0.receiveHighWaterMark = 100 } })
        try await pair.bound.waitForSubscriptions(timeout: .seconds(20))
        for number in 0..<500 { try await pair.bound.send("\(number)") }
        // The first ones; what comes when there is no room is dropped, and not what waits.
        #expect(try drain(pair.connecting) == 200)
        // libzmq learns of the room moments later.
        #expect(
            try await eventually {
                try await pair.bound.send("0")
                return try pair.connecting.tryReceive() != nil
            })
    }

    @Test(arguments: Transport.allCases, [11, 998])
    func `A publisher within its default marks drops nothing`(transport: Transport, count: Int) async throws {
        let pair = try Connected(over: transport, { try XPublisher($0) }, { try Subscriber($0, topics: [""]) })
        try await pair.bound.waitForSubscriptions(timeout: .seconds(20))
        for number in 0..<count { try await pair.bound.send("\(number)") }
        for number in 0..<count {
            #expect(try await pair.connecting.receive(timeout: .seconds(20)) == ["\(number)"])
        }
    }

    @Test(arguments: Transport.allCases)
    func `A publisher that drops nothing loses nothing at tiny marks`(transport: Transport) async throws {
        let pair = try Connected(
            over: transport,
            {
                try XPublisher($0) {
                    $0.neverDrops = true
                    $0.sendHighWaterMark = 2
                }
            },
            { try Subscriber($0, topics: [""]) { $0.receiveHighWaterMark = 2 } })
        try await pair.bound.waitForSubscriptions(timeout: .seconds(20))
        async let sent: Void = {
            for number in 0..<2000 { try await pair.bound.send("\(number)") }
        }()
        for number in 0..<2000 { #expect(try await pair.connecting.receive() == ["\(number)"]) }
        try await sent
    }

    @Test func `A mark changed by its number holds for peers that are there`() throws {
        let sendHighWaterMark: Int32 = 23
        let (push, pull) = try pair(Marks(send: 1, receive: 1, bindsFirst: true))
        // The property refuses, as most options would be ignored now; this one is heeded.
        #expect(code { try push.setOption(\.sendHighWaterMark, to: 5) } == .wrongState)
        try push.setOption(sendHighWaterMark, to: 5 as Int32)
        #expect(try push.option(\.sendHighWaterMark) == 5)
        #expect(try fill(push) == 6)
        #expect(try drain(pull) == 6)
    }

    @Test func `What waits stays when a mark is lowered by its number`() async throws {
        let sendHighWaterMark: Int32 = 23
        let (push, pull) = try pair(Marks(send: 100, receive: 1, bindsFirst: true))
        #expect(try fill(push) == 101)
        try push.setOption(sendHighWaterMark, to: 70 as Int32)
        #expect(try push.trySend("no room") == false)
        #expect(try drain(pull) == 101)
        #expect(try await eventually { try push.trySend("0") })
        // libzmq grants the room in steps.
        let count = try fill(push)
        #expect(count > 7 && count <= 71)
    }
}
