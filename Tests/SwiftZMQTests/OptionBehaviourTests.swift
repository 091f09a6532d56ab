import Glibc
import SwiftZMQ
import Testing

/// What a program notices of the options of all sockets.
@Suite(.timeLimit(.minutes(5))) struct OptionBehaviourTests {
    @Test func `A conflating pair keeps the last message alone`() async throws {
        let pair = try Connected(
            over: .inproc, { try Pull($0) { $0.conflates = true } }, { try Push($0) { $0.conflates = true } })
        for number in 0..<100 { try await pair.connecting.send("\(number)") }
        #expect(try await pair.bound.receive() == ["99"])
        #expect(try pair.bound.tryReceive() == nil)
    }

    @Test func `A conflating socket refuses what it would cut`() async throws {
        let push = try Push(Context()) { $0.linger = .zero }
        try push.setOption(\.conflates, to: true)
        try push.connect("tcp://127.0.0.1:1")
        #expect(await code { try await push.send(["one", "two"]) } == .invalidArgument)
        #expect(code { try push.trySend(["one", "two"]) } == .invalidArgument)
        try await push.send("one")
    }

    @Test func `A value that would mean something else is refused, and one that is the default is taken`() throws {
        let context = try Context()
        #expect(code { try Pull(context) { $0.maxMessageSize = -999 } } == .invalidArgument)
        #expect(code { try Pull(context) { $0.typeOfService = 256 } } == .invalidArgument)
        #expect(try Pull(context) { $0.maxMessageSize = nil }.option(\.maxMessageSize) == nil)
        #expect(try Dealer(context) { $0.routingID = "" }.option(\.routingID).isEmpty)
        let error = #expect(throws: ZMQError.self) { try Pull(context) { $0.linger = .seconds(Int64.max) } }
        #expect(error?.description.contains("linger to 9") == true)
    }

    @Test(arguments: [false, true])
    func `Immediate keeps messages from connections that are not made yet`(immediate: Bool) throws {
        let push = try Push(Context()) {
            $0.isImmediate = immediate
            $0.linger = .zero
        }
        // Port 1 is nobody's.
        try push.connect("tcp://127.0.0.1:1")
        #expect(try push.trySend("hello") == !immediate)
    }

    @Test func `The high-water marks of both ends bound what waits`() throws {
        let pair = try Connected(
            over: .inproc, { try Pull($0) { $0.receiveHighWaterMark = 3 } },
            { try Push($0) { $0.sendHighWaterMark = 2 } })
        var sent = 0
        while sent < 100, try pair.connecting.trySend("\(sent)") { sent += 1 }
        #expect(sent == 5)
    }

    @Test func `A message longer than allowed ends the connection`() async throws {
        let pull = try Pull(Context()) { $0.maxMessageSize = 300 }
        let events = pull.events
        let push = try Push(Context()) {
            $0.linger = .zero
            $0.reconnectInterval = nil
        }
        try push.connect(try pull.bind("tcp://127.0.0.1:*"))
        try await push.send("short")
        #expect(try await pull.receive() == ["short"])
        try await push.send(Frame([UInt8](repeating: 1, count: 301)))
        #expect(await events.contains { $0.kind == .disconnected })
        #expect(try pull.tryReceive() == nil)
    }

    @Test func `A peer that does not shake hands is let go after a time`() async throws {
        let pull = try Pull(Context()) { $0.handshakeInterval = .milliseconds(50) }
        let stream = try SwiftZMQ.Stream(Context())
        try stream.connect(try pull.bind("tcp://127.0.0.1:*"))
        // Made, then whatever the other end says, then lost.
        let connected = try await stream.receive()
        #expect(connected[1].isEmpty)
        var last = try await stream.receive()
        while !last[1].isEmpty { last = try await stream.receive() }
        #expect(last[0] == connected[0])
    }

    @Test(arguments: [nil, Duration.milliseconds(100)])
    func `A peer that answers no heartbeat is given up`(timeout: Duration?) async throws {
        let pull = try Pull(Context()) {
            $0.heartbeatInterval = .milliseconds(50)
            if let timeout { $0.heartbeatTimeout = timeout }
        }
        let events = pull.events
        let stream = try SwiftZMQ.Stream(Context())
        try stream.connect(try pull.bind("tcp://127.0.0.1:*"))
        let id = try await stream.receive()[0]
        // A handshake as in RFC 23, and silence.
        let greeting: [UInt8] =
            [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0] + Array("NULL".utf8) + [UInt8](repeating: 0, count: 48)
        let property = [11] + Array("Socket-Type".utf8) + [0, 0, 0, 4] + Array("PUSH".utf8)
        let ready: [UInt8] = [4, UInt8(6 + property.count), 5] + Array("READY".utf8) + property
        try await stream.send([id, Frame(greeting)])
        try await stream.send([id, Frame(ready)])
        var seen: [SocketEvent.Kind] = []
        for await event in events {
            seen.append(event.kind)
            if event.kind == .disconnected { break }
        }
        #expect(seen.contains(.handshakeSucceeded), "\(seen)")
    }

    @Test func `Options of the transport can be read back and taken back`() throws {
        let push = try Push(Context(ioThreads: 2)) {
            $0.affinity = 0b10
            $0.typeOfService = 0x28
            $0.tcpMaxRetransmitTimeout = .seconds(3)
            $0.socksProxy = "127.0.0.1:1080"
            $0.boundDevice = "lo"
            $0.usesTCPKeepAlive = true
            $0.tcpKeepAliveIdle = .milliseconds(9500)
            $0.tcpKeepAliveInterval = .seconds(5)
            $0.tcpKeepAliveCount = 3
            $0.sendBuffer = 4096
            $0.connectTimeout = .milliseconds(300)
        }
        #expect(try push.option(\.affinity) == 0b10)
        #expect(try push.option(\.typeOfService) == 0x28)
        #expect(try push.option(\.tcpMaxRetransmitTimeout) == .seconds(3))
        #expect(try push.option(\.socksProxy) == "127.0.0.1:1080")
        #expect(try push.option(\.boundDevice) == "lo")
        #expect(try push.option(\.usesTCPKeepAlive) == true)
        #expect(try push.option(\.tcpKeepAliveIdle) == .seconds(10))
        #expect(try push.option(\.tcpKeepAliveInterval) == .seconds(5))
        #expect(try push.option(\.tcpKeepAliveCount) == 3)
        #expect(try push.option(\.sendBuffer) == 4096)
        #expect(try push.option(\.connectTimeout) == .milliseconds(300))
        try push.setOption(\.socksProxy, to: nil)
        try push.setOption(\.boundDevice, to: nil)
        try push.setOption(\.usesTCPKeepAlive, to: nil)
        try push.setOption(\.sendBuffer, to: nil)
        #expect(try push.option(\.socksProxy) == nil)
        #expect(try push.option(\.boundDevice) == nil)
        #expect(try push.option(\.usesTCPKeepAlive) == nil)
        #expect(try push.option(\.sendBuffer) == nil)
        #expect(code { try push.setOption(\.boundDevice, to: "a-name-that-is-too-long") } == .invalidArgument)
        #expect(code { try push.setOption(\.sendBuffer, to: -2) } == .invalidArgument)
        #expect(code { try push.setOption(\.tcpKeepAliveIdle, to: .seconds(Int64.max)) } == .invalidArgument)
        #expect(code { try push.setOption(\.socksProxy, to: "") } == .invalidArgument)
    }

    @Test func `Sockets that publish or subscribe have the options of multicast`() throws {
        let subscriber = try Subscriber(Context()) {
            $0.multicastRate = 1000
            $0.multicastRecoveryInterval = .seconds(2)
            $0.multicastHops = 3
            $0.multicastMaxPacketSize = 9000
        }
        #expect(try subscriber.option(\.multicastRate) == 1000)
        #expect(try subscriber.option(\.multicastRecoveryInterval) == .seconds(2))
        #expect(try subscriber.option(\.multicastHops) == 3)
        #expect(try subscriber.option(\.multicastMaxPacketSize) == 9000)
    }

    @Test func `A descriptor that listens already is used`() async throws {
        let listening = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                [
                    Glibc.bind(listening, pointer, length), Glibc.listen(listening, 5),
                    Glibc.getsockname(listening, pointer, &length),
                ]
            }
        }
        #expect(code == [0, 0, 0])
        let pull = try Pull(Context()) { $0.listeningDescriptor = Int(listening) }
        let port = UInt16(bigEndian: address.sin_port)
        // Without the option, the port would be taken.
        try pull.bind("tcp://127.0.0.1:\(port)")
        let push = try Push(Context()) { $0.linger = .zero }
        try push.connect("tcp://127.0.0.1:\(port)")
        try await push.send("through")
        #expect(try await pull.receive() == ["through"])
    }

    @Test func `A descriptor that does not listen is refused`() throws {
        let context = try Context()
        // One that is closed and one that is open.
        #expect(code { try Pull(context) { $0.listeningDescriptor = 1 << 20 } } == .invalidArgument)
        #expect(code { try Pull(context) { $0.listeningDescriptor = 0 } } == .invalidArgument)
        #expect(code { try Pull(context) { $0.listeningDescriptor = -7 } } == .invalidArgument)
        let pull = try Pull(context) { $0.listeningDescriptor = nil }
        #expect(try pull.option(\.listeningDescriptor) == nil)
    }

    @Test func `Any option is set and read by its number`() throws {
        let push = try Push(Context()) { $0.setOption(18, to: 250 as Int32) }
        #expect(try push.option(\.reconnectInterval) == .milliseconds(250))
        try push.setOption(22, to: 77 as Int64)
        #expect(try push.option(22, as: Int64.self) == 77)
        #expect(try push.option(16) == 8)
        try push.setOption(55, to: "domain")
        #expect(try push.option(55, capacity: 100) == Array("domain".utf8) + [0])
        #expect(code { try push.option(22) } == .invalidArgument)
        #expect(code { try push.setOption(9999, to: 1 as Int32) } == .invalidArgument)
        #expect(code { try push.option(9999) } == .invalidArgument)
        #expect(code { try push.option(9999, capacity: -1) } == .invalidArgument)
        #expect(code { try Push(Context()) { $0.setOption(9999, to: "") } } == .invalidArgument)
        // The timeouts of C.
        #expect(code { try push.setOption(27, to: 100 as Int32) } == .unsupported)
        #expect(code { try push.setOption(28, to: 100 as Int32) } == .unsupported)
        push.close()
        #expect(code { try push.option(16) } == .closed)
        #expect(code { try push.setOption(17, to: 0 as Int32) } == .closed)
    }
}
