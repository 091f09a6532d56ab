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
                + modulesInC.flatMap { ["-Xcc", "-fmodule-map-file=" + $0] } + [path])
        let ending = try await compiler.ending()
        return (ending, try await compiler.errors.all().joined(separator: "\n"))
    }

    /// The maps of the modules in C that the package and its dependencies have: their own, and those that are written
    /// for them when they are built.
    private static var modulesInC: [String] {
        let products = RunningProgram.productFolder
        let dependencies = products.deletingLastPathComponent().deletingLastPathComponent().appending(path: "checkouts")
        let built = contents(of: products).filter { $0.pathExtension == "build" }
        let sources = contents(of: dependencies).flatMap { contents(of: $0.appending(path: "Sources")) }
        let maps =
            built.map { $0.appending(path: "module.modulemap") }
            + sources.map { $0.appending(path: "include/module.modulemap") }
        return ["CZMQ", "CSystemSupport", "CCommandExecution"].map {
            PackageFolder.path("Sources/\($0)/module.modulemap")
        }
            + maps.map { $0.path() }.filter { FileManager.default.fileExists(atPath: $0) }
    }

    private static func contents(of folder: URL) -> [URL] {
        (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    }

    /// Builds a program of one file that uses the binding as it was built with the tests.
    ///
    /// - Returns: how the compiler ended, and what it said.
    package static func build(
        _ path: String, into program: String
    ) async throws -> (ending: RunningProgram.Ending, said: String) {
        let products = RunningProgram.productFolder
        let objects = try FileManager.default.contentsOfDirectory(
            at: products.appending(path: "SwiftZMQ.build"), includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "o" }
        let compiler = try RunningProgram(
            "/usr/bin/env",
            ["swiftc", "-swift-version", "6", "-I", products.appending(path: "Modules").path()]
                + ["-Xcc", "-fmodule-map-file=" + PackageFolder.path("Sources/CZMQ/module.modulemap"), path]
                + objects.map { $0.path() } + ["-lzmq", "-o", program])
        let ending = try await compiler.ending()
        return (ending, try await compiler.errors.all().joined(separator: "\n"))
    }
}

extension SwiftCompiler {
    /// Writes what is public in a module that was built with the tests to files in a folder, as the documentation's
    /// compiler reads it.
    ///
    /// - Returns: how the tool ended, and what it said.
    package static func extractSymbols(
        of module: String, into folder: String
    ) async throws -> (ending: RunningProgram.Ending, said: String) {
        let modules = RunningProgram.productFolder.appending(path: "Modules").path()
        let (ending, description) = try await run(["-print-target-info"])
        guard ending == .exited(0), let triple = description.firstMatch(of: /"triple": "([^"]+)"/) else {
            return (ending, description)
        }
        let tool = try RunningProgram(
            "/usr/bin/env",
            ["swift", "symbolgraph-extract", "-module-name", module, "-target", String(triple.1), "-I", modules]
                + ["-Xcc", "-fmodule-map-file=" + PackageFolder.path("Sources/CZMQ/module.modulemap")]
                + ["-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", folder])
        return (try await tool.ending(), try await tool.errors.all().joined(separator: "\n"))
    }

    /// Runs the compiler for what it prints.
    private static func run(_ arguments: [String]) async throws -> (RunningProgram.Ending, String) {
        let compiler = try RunningProgram("/usr/bin/env", ["swiftc"] + arguments)
        return (try await compiler.ending(), try await compiler.output.all().joined(separator: "\n"))
    }
}
