import ProcessSupport

/// The processes of one test, which end with it.
final class Programs: Sendable {
    private let started = Watched<[RunningProgram]>([])

    func webgateway(_ arguments: String...) throws -> RunningProgram { try webgateway(arguments) }

    func webgateway(_ arguments: [String]) throws -> RunningProgram {
        try keep(RunningProgram.product("webgateway", arguments))
    }

    /// A gateway on free ports, and its further options.
    func gateway(_ options: String...) async throws -> RunningGateway {
        try await RunningGateway(
            webgateway(
                ["serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "off"] + options))
    }

    /// A demonstration worker in a process of its own.
    func demonstrationWorker(_ service: String, of gateway: RunningGateway) throws -> RunningProgram {
        try webgateway("worker", "--connect", gateway.workerEndpoint, "--service", service, "--concurrency", "16")
    }

    /// A worker of `Tests/Interop/worker.py` that is told when to answer.
    func obedientWorker(_ dialect: String, _ service: String, of gateway: RunningGateway) async throws
        -> RunningProgram
    {
        try await python(PackageFolder.path("Tests/Interop/worker.py"), dialect, gateway.workerEndpoint, service)
    }

    func python(_ arguments: String...) async throws -> RunningProgram {
        try await keep(RunningProgram.python(arguments))
    }

    /// Lets a process live as long as the test.
    func keep(_ program: RunningProgram) -> RunningProgram {
        started.change { $0.append(program) }
        return program
    }
}
