import ProcessSupport
import Testing

/// WebSockets to workers of processes that are replaced.
@Suite(.timeLimit(.minutes(5))) struct RestartWebSocketTests {
    let programs = Programs()

    /// The command of a worker that echoes WebSockets, and their path.
    private func command(of worker: String) async throws -> (command: String, target: String) {
        let python = try await RunningProgram.pythonPath
        guard worker == "zmq_asgi.py" else {
            return ("\(python) \(PackageFolder.path("Examples/python/\(worker)"))", "/echo-socket")
        }
        let folder = PackageFolder.path("Tests/Interop/asgi")
        let adapter = PackageFolder.path("Adapters/python/zmq_asgi.py")
        return ("\(python) -u \(adapter) --service api --app-dir \(folder) probe:app", "/api/socket")
    }

    private static func open(_ target: String, _ port: Int) throws -> WebSocketClient {
        let client = try WebSocketClient(port: port)
        try client.shakeHands(target)
        try client.send(text: "hello")
        let echo = try client.next()
        guard echo.text == "hello" else { throw WebSocketClient.NotCome(description: "\(echo), but an echo") }
        return client
    }

    /// The drain timeout is longer than the test may take: nothing waits for it.
    @Test(arguments: ["websocket_worker.py", "zmq_asgi.py"])
    func `A restart closes them with 1012 at once, and clients that come back find the new process`(
        worker: String
    ) async throws {
        let (command, target) = try await command(of: worker)
        let gateway = try await ProgramGateway(programs, "--run", command, "--drain-timeout", "10m")
        let first = try await gateway.settled()
        let port = gateway.gateway.port
        let areOpen = Watched(false)
        async let closing = HTTP2Gateway.onThread {
            // Where one does not open, there is nothing to wait for.
            defer { areOpen.change { $0 = true } }
            let clients = try (0..<20).map { _ in try Self.open(target, port) }
            areOpen.change { $0 = true }
            return try clients.map { client in
                let code = try client.next().code
                try client.send(WebSocketClient.close(1012))
                let again = try Self.open(target, port)
                try again.send(WebSocketClient.close(1000))
                return code
            }
        }
        _ = try await areOpen.wait { $0 ? true : nil }
        #expect(try await gateway.administer("POST", "/programs/\(first.name)/restart").status == 202)
        let codes = try await closing
        #expect(codes == [Int?](repeating: 1012, count: 20))
        let last = try await gateway.settled()
        #expect(Set(first.numbers).isDisjoint(with: last.numbers))
        guard worker == "zmq_asgi.py" else { return }
        try await gateway.log.wait(for: "websocket.disconnect 1012", count: 20)
    }
}
