import ProcessSupport

/// A suite whose tests run the parts of a pipeline as programs, with the sockets between them in a folder of the test.
protocol PipelineSuite {
    var programs: Programs { get }
    var folder: TestFolder { get }
}

extension PipelineSuite {
    var tasks: String { folder.ipc("t") }
    var results: String { folder.ipc("r") }
    var done: String { folder.ipc("d") }

    func produce(_ options: String...) throws -> RunningProgram { try produce(options) }

    func produce(_ options: [String]) throws -> RunningProgram {
        try programs.pipeline(["produce", "--tasks", tasks, "--done", done] + options)
    }

    func work(_ options: String...) throws -> RunningProgram { try work(options) }

    func work(_ options: [String]) throws -> RunningProgram {
        try programs.pipeline(["work", "--tasks", tasks, "--results", results] + options)
    }

    func collect(_ options: String...) throws -> RunningProgram { try collect(options) }

    func collect(_ options: [String]) throws -> RunningProgram {
        try programs.pipeline(["collect", "--results", results, "--done", done] + options)
    }

    /// Runs a script in the test's folder; what it writes to standard output, and to standard error.
    func shell(_ script: String) async throws -> (output: [String], errors: [String]) {
        let shell = try programs.pipelineShell("cd \(folder.path); \(script)")
        return (try await shell.output.all(), try await shell.errors.all())
    }
}
