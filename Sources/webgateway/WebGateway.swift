import ArgumentParser
import CommandLineSupport

/// The program: `webgateway`, `webgateway serve`, `webgateway worker`, `webgateway check`, `webgateway keygen`,
/// `webgateway restart-programs`.
struct WebGateway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webgateway",
        abstract: "Turns HTTP requests into ZeroMQ requests served by a pool of workers in any language.",
        discussion: """
            Without a subcommand it serves: a gateway with embedded demonstration workers.

              webgateway                                      http://127.0.0.1:8080, workers on tcp://127.0.0.1:5555
              curl 'http://127.0.0.1:8080/hello?name=Ada'     Hello, Ada!
            """,
        version: "webgateway \(ProgramVersion.number)",
        subcommands: [Serve.self, Work.self, CheckConfiguration.self, MakeKeys.self, RestartPrograms.self],
        defaultSubcommand: Serve.self
    )
}
