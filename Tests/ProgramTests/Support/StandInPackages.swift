import Foundation
import ProcessSupport
import Testing

/// Repositories on this machine that stand in for the packages which the trait of the programs brings: with the names and
/// versions of those, and next to nothing in them, as the real ones take minutes to build.
struct StandInPackages: Sendable {
    /// A library of a package, and the code of its module.
    private typealias Library = (name: String, code: String)

    /// By the last part of their addresses.
    private static let libraries: [String: [Library]] = [
        "swift-argument-parser": [("ArgumentParser", "")],
        "hdrhistogram-swift": [("Histogram", "")],
        "swift-service-lifecycle": [("ServiceLifecycle", ""), ("UnixSignals", "")],
        "swift-crypto": [
            (
                "Crypto",
                """
                public enum SHA256 {
                    /// As long as the real one, and no more than that.
                    public static func hash(data: [UInt8]) -> [UInt8] {
                        Array((data + Array(repeating: 0, count: 32)).prefix(32))
                    }
                }
                """
            )
        ],
    ]

    /// The names of the packages.
    static var names: Set<String> { Set(libraries.keys) }

    private let folder: TemporaryFolder
    private let configuration: String

    /// What git has to have in its environment to find these, and no other package.
    var environment: [String] {
        ["GIT_ALLOW_PROTOCOL=file", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=\(configuration)"]
    }

    /// Makes the repositories, with the versions that the package's manifest asks for.
    init() async throws {
        folder = try TemporaryFolder()
        configuration = folder.path + "/gitconfig"
        let manifest = try String(contentsOfFile: PackageFolder.path("Package.swift"), encoding: .utf8)
        var addresses = ""
        for line in manifest.split(separator: "\n") {
            guard let found = line.firstMatch(of: /\.package\(url: "([^"]+)", from: "([^"]+)"/) else { continue }
            let (address, version) = (String(found.1), String(found.2))
            guard let name = address.split(separator: "/").last.map(String.init), let libraries = Self.libraries[name]
            else { continue }
            try await Self.makeRepository("\(folder.path)/\(name)", name, version, libraries)
            addresses += "[url \"file://\(folder.path)/\(name)\"]\n    insteadOf = \(address)\n"
        }
        try folder.write(addresses, to: "gitconfig")
    }

    private static func makeRepository(
        _ path: String, _ name: String, _ version: String, _ libraries: [Library]
    ) async throws {
        let targets = libraries.map { ".target(name: \"\($0.name)\")" }.joined(separator: ", ")
        let products = libraries.map { ".library(name: \"\($0.name)\", targets: [\"\($0.name)\"])" }
        let manifest = """
            // swift-tools-version: 6.0
            import PackageDescription

            let package = Package(
                name: "\(name)", products: [\(products.joined(separator: ", "))], targets: [\(targets)])
            """
        for library in libraries {
            let sources = "\(path)/Sources/\(library.name)"
            try FileManager.default.createDirectory(atPath: sources, withIntermediateDirectories: true)
            let code = library.code + "\n"
            try code.write(toFile: "\(sources)/\(library.name).swift", atomically: true, encoding: .utf8)
        }
        try manifest.write(toFile: path + "/Package.swift", atomically: true, encoding: .utf8)
        let commit = "git -c user.name=Test -c user.email=test@example.invalid commit --quiet --message Begin"
        let git = try RunningProgram(
            "/usr/bin/env",
            [
                "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "sh", "-ec",
                "cd \"$0\"; git init --quiet; git add .; \(commit); git tag \"$1\"", path, version,
            ])
        let ending = try await git.ending()
        let errors = try await git.errors.all()
        try #require(ending == .exited(0), "\(errors)")
    }
}
