import SwiftZMQ
import Testing

@Suite struct OptionTests {
    @Test func `Options set in the initializer can be read back`() throws {
        let router = try Router(Context()) {
            $0.routingID = "me"
            $0.sendHighWaterMark = 7
            $0.sendHighWaterMark = 8
            $0.maxMessageSize = 1 << 33
            $0.reconnectInterval = nil
            $0.heartbeatTimeToLive = .milliseconds(300)
            $0.isImmediate = true
            #expect($0.sendHighWaterMark == 8)
            #expect($0.receiveHighWaterMark == 1000)
        }
        #expect(try router.option(\.routingID) == "me")
        #expect(try router.option(\.sendHighWaterMark) == 8)
        #expect(try router.option(\.maxMessageSize) == 1 << 33)
        #expect(try router.option(\.reconnectInterval) == nil)
        #expect(try router.option(\.heartbeatTimeToLive) == .milliseconds(300))
        #expect(try router.option(\.isImmediate))
    }

    @Test func `A new socket has the documented defaults`() throws {
        try expectDefault(\.linger)
        try expectDefault(\.maxMessageSize)
        try expectDefault(\.sendBuffer)
        try expectDefault(\.receiveBuffer)
        try expectDefault(\.backlog)
        try expectDefault(\.reconnectInterval)
        try expectDefault(\.maxReconnectInterval)
        try expectDefault(\.connectTimeout)
        try expectDefault(\.handshakeInterval)
        try expectDefault(\.heartbeatInterval)
        try expectDefault(\.heartbeatTimeout)
        try expectDefault(\.heartbeatTimeToLive)
        try expectDefault(\.isImmediate)
        try expectDefault(\.usesIPv6)
        try expectDefault(\.sendHighWaterMark)
        try expectDefault(\.receiveHighWaterMark)
        try expectDefault(\.routingID)
        try expectDefault(\.usesTCPKeepAlive)
        try expectDefault(\.tcpKeepAliveIdle)
        try expectDefault(\.tcpKeepAliveInterval)
        try expectDefault(\.tcpKeepAliveCount)
        try expectDefault(\.affinity)
        try expectDefault(\.typeOfService)
        try expectDefault(\.tcpMaxRetransmitTimeout)
        try expectDefault(\.socksProxy)
        try expectDefault(\.boundDevice)
        try expectDefault(\.listeningDescriptor)
        try expectDefault(\.conflates)
    }

    private func expectDefault<Value: Equatable>(
        _ name: KeyPath<SocketOptionNames<Dealer>, SocketOption<Value>>
    ) throws {
        var documented: Value?
        let dealer = try Dealer(Context()) { documented = $0[dynamicMember: name] }
        #expect(try dealer.option(name) == documented, "\(String(describing: documented))")
    }

    @Test func `An option that would be ignored after connecting is refused with the remedy`() throws {
        let push = try Push(Context())
        try push.setOption(\.sendHighWaterMark, to: 5)
        try push.connect("tcp://127.0.0.1:1")
        let error = #expect(throws: ZMQError.self) { try push.setOption(\.sendHighWaterMark, to: 6) }
        #expect(error?.code == .wrongState)
        #expect(error?.description.contains("sendHighWaterMark") == true)
        #expect(error?.description.contains("initializer") == true)
        #expect(try push.option(\.sendHighWaterMark) == 5)
        try push.setOption(\.linger, to: .zero)
        #expect(try push.option(\.linger) == .zero)
    }

    @Test func `A value out of range is refused by name`() throws {
        let context = try Context()
        let error = #expect(throws: ZMQError.self) { try Push(context) { $0.sendHighWaterMark = -5 } }
        #expect(error?.code == .invalidArgument)
        #expect(error?.operation == "set option sendHighWaterMark to -5")
        #expect(code { try Push(context) { $0.connectTimeout = .seconds(Int64.max) } } == .invalidArgument)
        #expect(code { try Push(context) { $0.connectTimeout = .seconds(-1) } } == .invalidArgument)
        #expect(code { try Push(context) { $0.backlog = 1 << 40 } } == .invalidArgument)
        #expect(code { try Dealer(context) { $0.routingID = Frame([UInt8](repeating: 1, count: 256)) } } != nil)
    }

    @Test func `A duration is rounded up to whole milliseconds`() throws {
        let push = try Push(Context()) { $0.reconnectInterval = .microseconds(1) }
        #expect(try push.option(\.reconnectInterval) == .milliseconds(1))
    }
}
