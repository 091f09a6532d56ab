import Foundation
import Testing

@testable import SwiftZMQ

/// The installed `zmq.h` is read, so that an option which a later version adds is missed here.
@Suite struct OptionCoverageTests {
    /// Where the things that are no option properties are found.
    static let elsewhere = [
        "ZMQ_SUBSCRIBE": "Subscriber.subscribe(to:) and XPublisher.subscribePeer(to:)",
        "ZMQ_UNSUBSCRIBE": "Subscriber.unsubscribe(from:) and XPublisher.unsubscribePeer(from:)",
        "ZMQ_LAST_ENDPOINT": "Socket.lastEndpoint, and what bind returns",
        "ZMQ_RCVTIMEO": "receive(timeout:)",
        "ZMQ_SNDTIMEO": "send(_:timeout:)",
        "ZMQ_RCVMORE": "a received Message is whole",
        "ZMQ_FD": "the library waits",
        "ZMQ_EVENTS": "tryReceive and trySend",
        "ZMQ_TYPE": "the socket's Swift type",
        "ZMQ_THREAD_SAFE": "every socket of the library is Sendable",
        "ZMQ_CONNECT_ROUTING_ID": "Router.connect(_:as:)",
        "ZMQ_MECHANISM": "Socket.mechanism",
        "ZMQ_BLOCKY": "a context option, declared among those of sockets",
    ]

    @Test func `Every stable socket option of the installed header has a property`() throws {
        let header = try Header()
        let declared = try header.options(in: "Socket options.")
        #expect(declared.count > 60, "\(declared.count)")
        let numbers = Self.numbers
        for (name, number) in declared.sorted(by: { $0.key < $1.key }) where Self.elsewhere[name] == nil {
            #expect(numbers.contains(number), "\(name) (\(number)) has no property")
        }
        for name in Self.elsewhere.keys { #expect(declared[name] != nil, "\(name) is in no header") }
    }

    @Test func `Every stable context option of the installed header has a property`() throws {
        let declared = try Header().options(in: "Context options")
        #expect(declared.count >= 10, "\(declared.count)")
        var options: ContextOptions?
        let context = try Context { options = $0 }
        let names = Set(Mirror(reflecting: try #require(options)).children.compactMap(\.label))
        let set = [
            "ZMQ_IO_THREADS": "ioThreads", "ZMQ_MAX_SOCKETS": "maxSockets", "ZMQ_MAX_MSGSZ": "maxSentMessageSize",
            "ZMQ_THREAD_PRIORITY": "threadPriority", "ZMQ_THREAD_SCHED_POLICY": "threadSchedulingPolicy",
            "ZMQ_THREAD_AFFINITY_CPU_ADD": "threadAffinity", "ZMQ_THREAD_AFFINITY_CPU_REMOVE": "threadAffinity",
            "ZMQ_THREAD_NAME_PREFIX": "threadNamePrefix",
        ]
        let read = ["ZMQ_SOCKET_LIMIT": try context.socketLimit, "ZMQ_MSG_T_SIZE": try context.messageStructureSize]
        for name in declared.keys where read[name] == nil {
            let property = try #require(set[name], "\(name) has no property")
            #expect(names.contains(property), "\(property)")
        }
        #expect(names.isSuperset(of: ["usesIPv6", "isBlocky"]))
    }

    @Test func `Every option of a socket has a number of its own`() {
        #expect(Set(Self.dealer).count == Self.dealer.count)
    }

    private static let dealer: [Int32] = {
        let names = SocketOptionNames<Dealer>()
        return [
            names.linger.number, names.maxMessageSize.number, names.sendBuffer.number, names.receiveBuffer.number,
            names.backlog.number, names.reconnectInterval.number, names.maxReconnectInterval.number,
            names.connectTimeout.number, names.handshakeInterval.number, names.heartbeatInterval.number,
            names.heartbeatTimeout.number, names.heartbeatTimeToLive.number, names.usesTCPKeepAlive.number,
            names.tcpKeepAliveIdle.number, names.tcpKeepAliveInterval.number, names.tcpKeepAliveCount.number,
            names.isImmediate.number, names.usesIPv6.number, names.affinity.number, names.typeOfService.number,
            names.tcpMaxRetransmitTimeout.number, names.socksProxy.number, names.boundDevice.number,
            names.listeningDescriptor.number, names.vmciBufferSize.number, names.vmciBufferMinSize.number,
            names.vmciBufferMaxSize.number, names.vmciConnectTimeout.number, names.sendHighWaterMark.number,
            names.receiveHighWaterMark.number, names.routingID.number, names.conflates.number,
            names.probesRouter.number, names.isCurveServer.number, names.curvePublicKey.number,
            names.curveSecretKey.number, names.curveServerKey.number, names.isPlainServer.number,
            names.plainUsername.number, names.plainPassword.number, names.zapDomain.number,
            names.isGSSAPIServer.number, names.usesGSSAPIPlaintext.number, names.gssapiPrincipal.number,
            names.gssapiServicePrincipal.number, names.gssapiPrincipalNameType.number,
            names.gssapiServicePrincipalNameType.number,
        ]
    }()

    private static var numbers: Set<Int32> {
        let request = SocketOptionNames<Request>()
        let router = SocketOptionNames<Router>()
        let stream = SocketOptionNames<SwiftZMQ.Stream>()
        let publisher = SocketOptionNames<XPublisher>()
        return Set(dealer).union([
            request.correlates.number, request.isRelaxed.number, router.isMandatory.number, router.handsOver.number,
            router.isRaw.number, stream.notifies.number, publisher.neverDrops.number,
            publisher.isVerbose.number, publisher.isVerboser.number, publisher.isManual.number,
            publisher.welcomeMessage.number, publisher.invertsMatching.number, publisher.multicastRate.number,
            publisher.multicastRecoveryInterval.number, publisher.multicastHops.number,
            publisher.multicastMaxPacketSize.number,
        ])
    }
}

/// The `zmq.h` that the compiler finds.
private struct Header {
    let lines: [Substring]

    init() throws {
        let path = ["/usr/local/include/zmq.h", "/usr/include/zmq.h"].first {
            FileManager.default.fileExists(atPath: $0)
        }
        lines = try String(contentsOfFile: #require(path, "zmq.h is in neither place"), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The numbers that are defined under a heading, by name. Drafts stand under headings of their own, as what is
    /// deprecated does, and an alias has no number.
    func options(in heading: String) throws -> [String: Int32] {
        let start = try #require(
            lines.firstIndex { $0.hasPrefix("/*  \(heading) ") || $0.hasPrefix("/*  \(heading)  ") },
            "no heading \(heading)")
        var options: [String: Int32] = [:]
        for line in lines[(start + 1)...].prefix(while: { !$0.hasPrefix("/*") && !$0.hasPrefix("#ifdef") }) {
            let words = line.split(separator: " ")
            guard words.count >= 3, words[0] == "#define", let number = Int32(words[2]) else { continue }
            options[String(words[1])] = number
        }
        return options
    }
}
