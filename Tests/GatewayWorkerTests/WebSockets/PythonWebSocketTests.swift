import Foundation
import ProcessSupport
import SwiftZMQ
import Testing
import WorkerProtocol

/// `Examples/python/websocket_worker.py` against a gateway that does what the test says.
@Suite(.timeLimit(.minutes(5))) struct PythonWebSocketTests {
    /// The program once it has registered, which does something of the test's with a message.
    private func worker(
        _ gateway: FakeGateway, doing step: String = "await socket.send(message)"
    ) async throws -> (program: RunningProgram, peer: Frame) {
        let path = PackageFolder.path("Examples/python/websocket_worker.py")
        // It does not give a gateway up that is silent because this test is slow.
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing("LIVENESS = 3", with: "LIVENESS = 3000")
            .replacing("        await socket.send(message)\n", with: "        \(step)\n")
        #expect(text.contains("LIVENESS = 3000") && text.contains("        \(step)\n"))
        let program = try await RunningProgram.python(["-c", text, "--connect", gateway.endpoint, "--service", "s"])
        let arrival = try await gateway.receive(timeout: .seconds(60))
        let properties = WorkerProperties(
            concurrency: 100, wantsCancel: true, wantsCredit: true, mayDrain: true, servesWebSockets: true)
        #expect(arrival.command == .ready(service: "s", properties))
        return (program, arrival.peer)
    }

    @Test func `It gives back text and bytes, grants what it takes, and ends with the client`() async throws {
        let gateway = try FakeGateway()
        let (program, peer) = try await worker(gateway)
        try await gateway.askForWebSocket("1", fields: "x-stream-credit: 1000\r\n", to: peer)
        #expect(try await gateway.partial().frames == ["101\r\n", ""])
        try await gateway.say("grüße", "1", to: peer)
        #expect(try await gateway.granted() == 7)
        #expect(try await gateway.heard() == ["text", "grüße"])
        let bytes = Frame([0, 0xFF, 0x80])
        try await gateway.send(.message(id: "1", kind: .binary, data: bytes), to: peer)
        #expect(try await gateway.granted() == 3)
        #expect(try await gateway.partial().frames == ["binary", bytes])
        try await gateway.close("1", 1001, "bye", to: peer)
        #expect(try await gateway.heard() == ["FINAL", "close"])
        try await gateway.request("2", to: peer)
        #expect(try await gateway.reply().body == "Open a WebSocket here.\n")
        #expect(program.errors.soFar == [])
    }

    @Test func `It sends no more than it was granted, also when the client leaves meanwhile`() async throws {
        let gateway = try FakeGateway()
        let (program, peer) = try await worker(gateway)
        for (id, ending) in [("1", "close"), ("2", "nothing"), ("3", "cancel")] as [(Frame, String)] {
            try await gateway.askForWebSocket(id, fields: "x-stream-credit: 8\r\n", to: peer)
            #expect(try await gateway.partial().frames.count == 2)
            try await gateway.say("abcdef", id, to: peer)
            #expect(try await gateway.heard() == ["text", "abcdef"])
            try await gateway.say("ghijkl", id, to: peer)
            #expect(try await gateway.granted() == 6)
            try await gateway.send(.credit(id: id, bytes: 3), to: peer)
            // An ordinary request is answered meanwhile, before more was sent than was granted.
            try await gateway.request("probe", to: peer)
            #expect(try await gateway.reply().id == "probe")
            try await gateway.send(.credit(id: id, bytes: 1), to: peer)
            #expect(try await gateway.heard() == ["text", "ghijkl"])
            try await gateway.say("mnopqr", id, to: peer)
            #expect(try await gateway.granted() == 6)
            switch ending {
            case "close": try await gateway.close(id, to: peer)
            case "nothing": try await gateway.close(id, nil, to: peer)
            default: try await gateway.send(.cancel(id: id), to: peer)
            }
            #expect(try await gateway.heard() == ["FINAL", "close"])
        }
        #expect(program.errors.soFar == [])
    }

    @Test func `It closes with what a close may say, and fails where that is something else`() async throws {
        let gateway = try FakeGateway()
        let (program, peer) = try await worker(gateway, doing: "socket.close(*eval(message))")
        let words = String(repeating: "a", count: 123)
        for (id, said, end) in [
            ("1", "(1000,)", ["1000"]), ("2", "(4999, 'a' * 123)", ["4999", words]),
            ("3", "(1014, 'ü')", ["1014", "ü"]), ("4", "(1005,)", ["1011"]), ("5", "(1015,)", ["1011"]),
            ("6", "(2999,)", ["1011"]), ("7", "(1000, 'ü' * 62)", ["1011"]),
        ] as [(Frame, String, [String])] {
            try await gateway.askForWebSocket(id, fields: "x-stream-credit: 8\r\n", to: peer)
            #expect(try await gateway.partial().frames.count == 2)
            try await gateway.say(said, id, to: peer)
            #expect(try await gateway.heard() == ["FINAL", "close"] + end)
        }
        try await gateway.request("8", to: peer)
        #expect(try await gateway.reply().head.status == 200)
        withExtendedLifetime(program) {}
    }

    @Test func `It closes with 1012 when it is told to stop, and registers anew when it is dismissed`() async throws {
        let gateway = try FakeGateway()
        let (program, first) = try await worker(gateway)
        try await gateway.askForWebSocket("1", fields: "x-stream-credit: 8\r\n", to: first)
        #expect(try await gateway.partial().frames.count == 2)
        try await gateway.send(.disconnect, to: first)
        let peer = try await gateway.accept()
        #expect(peer != first)
        try await gateway.askForWebSocket("1", fields: "x-stream-credit: 8\r\n", to: peer)
        #expect(try await gateway.partial().frames.count == 2)
        program.signal(15)
        var said: [WorkerCommand] = []
        while said.last != .disconnect { said.append(try await gateway.receiveTelling().command) }
        #expect(said == [.drain, .final(request: "1", ["close", "1012"]), .disconnect])
        #expect(try await program.ending() == .exited(0))
        #expect(program.errors.soFar == [])
    }
}
