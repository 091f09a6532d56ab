import Foundation
import ProcessSupport

extension Programs {
    func pubsub(_ arguments: String...) throws -> RunningProgram { try pubsub(arguments) }

    func pubsub(_ arguments: [String]) throws -> RunningProgram {
        try keep(RunningProgram.product("pubsub", arguments))
    }

    /// A publisher that has bound a free port, and its endpoint.
    func publisher(_ options: String...) async throws -> (program: RunningProgram, endpoint: String) {
        let program = try pubsub(["publish", "--bind", "tcp://127.0.0.1:*"] + options)
        return (program, try await program.endpoint("publishing on "))
    }

    /// A subscriber of everything at an endpoint.
    func subscriber(of endpoint: String, _ options: String...) throws -> RunningProgram {
        try pubsub(["subscribe", "--connect", endpoint] + options)
    }

    /// A publisher that waits for as many subscriptions and then publishes lines.
    func publisher(of lines: [String], to subscriptions: Int, _ options: String...) async throws -> String {
        let program = try pubsub(
            ["publish", "--bind", "tcp://127.0.0.1:*", "--stdin", "--wait-for-subscribers", "\(subscriptions)"]
                + options)
        for line in lines { program.enter(line) }
        program.endInput()
        return try await program.endpoint("publishing on ")
    }

    /// Where the program is.
    var pubsubPath: String { RunningProgram.productFolder.appending(path: "pubsub").path() }

    /// A script of `Tests/Interop`.
    func interop(_ script: String, _ arguments: String...) async throws -> RunningProgram {
        try await keep(RunningProgram.python([PackageFolder.path("Tests/Interop/\(script)")] + arguments))
    }

    /// A shell's command line, in which `$PUBSUB` is the program.
    func shell(_ script: String) throws -> RunningProgram {
        try keep(RunningProgram("/bin/bash", ["-c", "PUBSUB='\(pubsubPath)'; \(script)"]))
    }
}

extension RunningProgram {
    /// The endpoint that the program says it has bound.
    func endpoint(_ activity: String) async throws -> String {
        let line = try await errors.wait(for: activity)
        guard let word = line.split(separator: " ").last else { throw OutputLines.Ended(description: line) }
        return String(word)
    }
}
