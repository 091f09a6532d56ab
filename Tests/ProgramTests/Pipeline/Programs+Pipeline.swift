import Foundation
import ProcessSupport

extension Programs {
    func pipeline(_ arguments: String...) throws -> RunningProgram { try pipeline(arguments) }

    func pipeline(_ arguments: [String]) throws -> RunningProgram {
        try keep(RunningProgram.product("pipeline", arguments))
    }

    /// Where the program is.
    static var pipelinePath: String { RunningProgram.productFolder.appending(path: "pipeline").path() }

    /// A shell's command line, in which `$PIPELINE` is the program.
    func pipelineShell(_ script: String) throws -> RunningProgram {
        try keep(RunningProgram("/bin/bash", ["-c", "PIPELINE='\(Self.pipelinePath)'; \(script)"]))
    }

    /// The program in a pseudo-terminal.
    func pipelineTerminal(_ columns: Int, _ arguments: String...) async throws -> RunningProgram {
        try await keep(
            RunningProgram.python(
                [PackageFolder.path("Tests/Interop/terminal.py"), "\(columns)", "24", Self.pipelinePath] + arguments))
    }
}
