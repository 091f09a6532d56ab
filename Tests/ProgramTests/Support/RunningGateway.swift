import ProcessSupport

/// A `webgateway serve` that accepts connections.
struct RunningGateway: Sendable {
    let program: RunningProgram
    let port: Int
    let workerEndpoint: String

    /// Waits for the lines that say where it listens.
    init(_ program: RunningProgram) async throws {
        self.program = program
        let listening = try await program.output.wait(for: "listening on http")
        guard let port = listening.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw OutputLines.Ended(description: "no port in “\(listening)”")
        }
        self.port = port
        workerEndpoint = String(try await program.output.wait(for: "workers on tcp://").dropFirst(11))
    }

    /// Asks on a connection of its own.
    func ask(_ method: String, _ target: String, body: [UInt8]? = nil) async throws -> HTTPAnswer {
        try await HTTPConnection.open(to: port).ask(method, target, body: body)
    }

    /// Asks until the answer is 200, as it is once the service has a worker.
    func waitForService(_ target: String) async throws {
        let connection = try await HTTPConnection.open(to: port)
        while try await connection.ask("GET", target).status != 200 { try await Task.sleep(for: .milliseconds(5)) }
    }
}
