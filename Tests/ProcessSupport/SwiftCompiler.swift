import Foundation

/// The compiler, run on programs that use the package's modules.
package enum SwiftCompiler {
    /// Type-checks a file against the modules that were built with the tests.
    ///
    /// - Returns: how the compiler ended, and what it said.
    package static func typecheck(_ path: String) async throws -> (ending: RunningProgram.Ending, said: String) {
        let modules = RunningProgram.productFolder.appending(path: "Modules").path()
        let compiler = try RunningProgram(
            "/usr/bin/env",
            ["swiftc", "-typecheck", "-swift-version", "6", "-I", modules]
                + ["-Xcc", "-fmodule-map-file=" + PackageFolder.path("Sources/CZMQ/module.modulemap"), path])
        let ending = try await compiler.ending()
        return (ending, try await compiler.errors.all().joined(separator: "\n"))
    }
}
