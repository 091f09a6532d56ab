import ProcessSupport
import SwiftZMQ
import Testing

/// Majordomo clients in Python, in the manner of the ZeroMQ guide, and workers of every dialect behind them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MajordomoClientTests {
    let programs = Programs()

    private func gateway(_ options: String...) async throws -> (RunningGateway, clients: String) {
        let gateway = try await RunningGateway(
            programs.webgateway(
                [
                    "serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--clients",
                    "tcp://127.0.0.1:*", "--admin", "off", "--demo-workers", "0",
                ] + options))
        return (gateway, String(try await gateway.program.output.wait(for: "clients on tcp://").dropFirst(11)))
    }

    private func client(_ dialect: String, _ endpoint: String, _ service: String, _ count: Int, _ frames: String...)
        async throws -> [String]
    {
        let script = PackageFolder.path("Tests/Interop/mdp_client.py")
        let program = try programs.keep(
            await RunningProgram.python([script, dialect, endpoint, service, "\(count)"] + frames))
        let lines = try await program.output.all()
        #expect(try await program.errors.all() == [])
        return lines
    }

    private func worker(_ dialect: String, _ service: String, of gateway: RunningGateway) async throws {
        _ = try await programs.python(
            PackageFolder.path("Tests/Interop/mdp_worker.py"), dialect, gateway.workerEndpoint, service)
        try await gateway.program.errors.wait(for: "worker registered", "service=\(service) ")
    }

    @Test(arguments: ["01", "02"])
    func `Frames go to a worker and back untouched`(dialect: String) async throws {
        let (gateway, clients) = try await gateway()
        try await worker("01", "echo", of: gateway)
        let replies = try await client(dialect, clients, "echo", 100, "one", "", "not a head", "four")
        #expect(replies == Array(repeating: "one||not a head|four", count: 100))
    }

    @Test func `The parts of a reply come one by one with MDP/0.2, and as one with MDP/0.1`() async throws {
        let (gateway, clients) = try await gateway()
        try await worker("02", "parts", of: gateway)
        #expect(try await client("02", clients, "parts", 2, "a", "b") == ["a...", "b...", "", "a...", "b...", ""])
        #expect(try await client("01", clients, "parts", 2, "a", "b") == ["a|b", "a|b"])
    }

    @Test func `A REQ worker serves clients over HTTP and over ZeroMQ side by side`() async throws {
        let (gateway, clients) = try await gateway()
        _ = try await programs.obedientWorker("req", "both", of: gateway)
        try await gateway.waitForService("/both")
        async let http = gateway.ask("GET", "/both/x")
        let replies = try await client("01", clients, "both", 5, "GET /y HTTP/1.1\r\n\r\n", "")
        #expect(replies.filter { !$0.isEmpty } == Array(repeating: "answered /y", count: 5))
        #expect(try await http.text == "answered /both/x\n")
    }

    @Test(arguments: ["01", "02"])
    func `The broker says whether a service has a worker`(dialect: String) async throws {
        let (gateway, clients) = try await gateway()
        try await worker("01", "here", of: gateway)
        #expect(try await client(dialect, clients, "mmi.service", 1, "here") == ["200"])
        #expect(try await client(dialect, clients, "mmi.service", 1, "elsewhere") == ["404"])
        #expect(try await client(dialect, clients, "mmi.version", 1, "") == ["501"])
    }

    @Test func `A client whose request fails gets no reply, and the next is answered`() async throws {
        let (gateway, clients) = try await gateway("--log-level", "debug", "--request-timeout", "300ms")
        _ = try await programs.obedientWorker("mdp", "slow", of: gateway)
        try await gateway.program.errors.wait(for: "worker registered", "service=slow ")
        let context = try Context()
        let dealer = try Dealer(context)
        try dealer.connect(clients)
        try await dealer.send(["MDPC02", "\u{1}", "slow", "GET /wait HTTP/1.1\r\n\r\n", ""])
        try await dealer.send(["MDPC02", "\u{1}", "nobody", "x"])
        try await dealer.send(["nonsense"])
        try await gateway.program.errors.wait(for: "an MDP client gets no reply", "code=timeout-worker")
        try await gateway.program.errors.wait(for: "an MDP client gets no reply", "code=unknown-service")
        try await gateway.program.errors.wait(for: "message of a client dropped")
        try await dealer.send(["MDPC02", "\u{1}", "slow", "GET /now HTTP/1.1\r\n\r\n", ""])
        #expect(try await dealer.receive() == ["MDPC02", "\u{3}", "slow", "answered /now\n"])
        await context.shutdown()
    }

    @Test func `A drain waits for the clients' requests`() async throws {
        let (gateway, clients) = try await gateway()
        let worker = try await programs.obedientWorker("mdp", "slow", of: gateway)
        try await gateway.program.errors.wait(for: "worker registered", "service=slow ")
        async let replies = client("01", clients, "slow", 1, "GET /wait HTTP/1.1\r\n\r\n", "")
        try await worker.output.wait(for: "request GET /wait")
        gateway.program.signal(15)
        try await gateway.program.errors.wait(for: "draining")
        worker.enter("answer")
        #expect(try await replies.first == "answered /wait")
        #expect(try await gateway.program.ending() == .exited(0))
    }
}
