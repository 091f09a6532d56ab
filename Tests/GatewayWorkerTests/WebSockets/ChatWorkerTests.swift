import Foundation
import ProcessSupport
import SwiftZMQ
import Testing
import WorkerProtocol

/// The workers of `Examples/chat` against a gateway that does what the test says, and a forwarder.
@Suite(.timeLimit(.minutes(5))) struct ChatWorkerTests {
    /// A gateway and two workers, which share what is said.
    private final class Chat {
        let gateway: FakeGateway
        let peers: [Frame]
        let programs: [RunningProgram]
        /// The forwarder's address for publishers.
        let publishers: String
        private let forwarding: Task<Void, any Error>

        init() async throws {
            let gateway = try FakeGateway()
            let publishers = try XSubscriber(gateway.context) { $0.linger = .zero }
            let subscribers = try XPublisher(gateway.context) { $0.linger = .zero }
            let address = try publishers.bind("tcp://127.0.0.1:*")
            let ends = try ["--publish", address, "--subscribe", subscribers.bind("tcp://127.0.0.1:*")]
            forwarding = Task { try await Proxy(frontend: publishers, backend: subscribers).run() }
            // They do not give a gateway up that is silent because this test is slow.
            let program = """
                import sys
                sys.path[:0] = ["\(PackageFolder.path("Examples/chat"))", "\(PackageFolder.path("Examples/python"))"]
                import websocket_worker, chat_worker
                websocket_worker.LIVENESS = 3000
                chat_worker.main()
                """
            var (peers, programs) = ([Frame](), [RunningProgram]())
            for _ in 0..<2 {
                programs.append(
                    try await RunningProgram.python(["-c", program, "--connect", gateway.endpoint] + ends))
                // The first one's heartbeats come in between.
                var arrival = try await gateway.receive(timeout: .seconds(60))
                while arrival.command == .heartbeat { arrival = try await gateway.receive(timeout: .seconds(60)) }
                guard case .ready("chat", let properties) = arrival.command, properties.servesWebSockets else {
                    throw FakeGateway.Unexpected(command: arrival.command)
                }
                peers.append(arrival.peer)
            }
            (self.gateway, self.peers, self.programs, self.publishers) = (gateway, peers, programs, address)
        }

        deinit { forwarding.cancel() }

        /// Opens a WebSocket as the chat's page does, and waits until its worker has said who it is.
        func enter(
            _ id: Frame, at peer: Frame, offering lines: String = "sec-websocket-protocol: chat\r\n",
            credit: Int = 100_000
        ) async throws {
            let fields = "origin: http://example.com\r\n\(lines)x-stream-credit: \(credit)\r\n"
            try await gateway.askForWebSocket(id, "GET /chat/room", fields: fields, to: peer)
            #expect(try await gateway.partial().frames == ["101\r\nsec-websocket-protocol: chat\r\n", ""])
            #expect(try await gateway.heard().last?.hasPrefix(#"{"served_by": "worker "#) == true)
        }

        func errors() -> [String] { programs.flatMap(\.errors.soFar) }
    }

    @Test func `What one says reaches people of both workers`() async throws {
        let chat = try await Chat()
        try await chat.enter("1", at: chat.peers[0])
        try await chat.enter("2", at: chat.peers[1])
        let sayings: [(id: Frame, peer: Frame, said: String)] = [
            ("1", chat.peers[0], "h\u{EF}"), ("2", chat.peers[1], "hello"),
        ]
        for (id, peer, said) in sayings {
            try await chat.gateway.say(#"{"name": "Ada", "text": "\#(said)"}"#, id, to: peer)
            var heard: Set<Frame> = []
            while heard.count < 2 {
                guard case .partial(let reader, let frames) = try await chat.gateway.receiveTelling().command else {
                    continue
                }
                let message = try JSONDecoder().decode([String: String].self, from: Data(frames[1]))
                #expect(message == ["name": "Ada", "text": said])
                heard.insert(reader)
            }
            #expect(heard == ["1", "2"])
        }
        #expect(chat.errors() == [])
    }

    @Test func `Pages of other addresses, other subprotocols and what is no message are turned away`() async throws {
        let chat = try await Chat()
        let (gateway, peer) = (chat.gateway, chat.peers[0])
        let foreign = "origin: http://elsewhere.example\r\nsec-websocket-protocol: chat\r\nx-stream-credit: 9\r\n"
        try await gateway.askForWebSocket("1", "GET /chat/room", fields: foreign, to: peer)
        #expect(try await gateway.reply().head.status == 403)
        try await gateway.askForWebSocket("2", "GET /chat/room", fields: "x-stream-credit: 9\r\n", to: peer)
        #expect(try await gateway.reply().head.status == 400)
        for (id, text, code) in [
            ("3", "hello", "1007"), ("4", #"{"name": "Ada"}"#, "1007"), ("5", "[]", "1007"),
            ("6", String(repeating: "a", count: 2001), "1008"), ("7", String(repeating: "[", count: 2000), "1007"),
            ("8", #"{"name": "Ada", "text": "\ud800"}"#, "1007"),
        ] as [(Frame, String, String)] {
            try await chat.enter(id, at: peer)
            try await gateway.say(text, id, to: peer)
            #expect(try await gateway.heard().prefix(3) == ["FINAL", "close", code])
        }
        #expect(chat.errors() == [])
    }

    @Test func `A subprotocol may stand in any of several lines`() async throws {
        let chat = try await Chat()
        for (id, names) in [("1", ["chat", "other"]), ("2", ["other", "chat"])] as [(Frame, [String])] {
            let lines = names.map { "sec-websocket-protocol: \($0)\r\n" }.joined()
            try await chat.enter(id, at: chat.peers[0], offering: lines)
        }
        #expect(chat.errors() == [])
    }

    @Test func `What is published need be no text, and who cannot take it is sent away`() async throws {
        let chat = try await Chat()
        try await chat.enter("1", at: chat.peers[0])
        try await chat.enter("2", at: chat.peers[1], credit: 60)
        let publisher = try XPublisher(chat.gateway.context) { $0.linger = .zero }
        try publisher.connect(chat.publishers)
        while SubscriptionNotice(try await publisher.receive(timeout: .seconds(60)))?.prefix != "chat " {}
        try await publisher.send(Frame(Array("chat ".utf8) + [0xFF]))
        try await publisher.send(Frame("chat " + String(repeating: "a", count: 61)))
        var heard: [Frame: [Frame]] = [:]
        for _ in 0..<4 {
            switch try await chat.gateway.receiveTelling().command {
            case .partial(let id, let frames): heard[id, default: []].append(frames[1])
            case .final(let id, let frames): heard[id, default: []].append(frames[1])
            case let command: throw FakeGateway.Unexpected(command: command)
            }
        }
        #expect(heard["1"] == ["\u{FFFD}", Frame(String(repeating: "a", count: 61))])
        #expect(heard["2"] == ["\u{FFFD}", "1009"])
        #expect(chat.errors() == [])
    }

    @Test func `The page is served beside its WebSockets`() async throws {
        let chat = try await Chat()
        let page = try String(contentsOfFile: PackageFolder.path("Examples/chat/page.html"), encoding: .utf8)
        try await chat.gateway.request("1", "GET /chat", to: chat.peers[1])
        let reply = try await chat.gateway.reply()
        #expect(reply["content-type"] == "text/html; charset=utf-8")
        #expect(String(reply.body) == page)
        try await chat.gateway.request("2", "GET /chat/else", to: chat.peers[1])
        #expect(try await chat.gateway.reply().head.status == 404)
        #expect(page.contains(#"new WebSocket(location.origin.replace(/^http/, "ws") + "/chat/room", "chat")"#))
    }
}
