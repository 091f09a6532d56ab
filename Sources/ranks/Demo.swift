import ArgumentParser
import CommandLineSupport
import Foundation
import MessagePassing
import MessagePassingExamples

/// `ranks demo`: the examples.
struct Demo: AsyncParsableCommand {
    enum Name: String, ExpressibleByArgument, CaseIterable {
        case ring, pi, heat, dictionary

        /// How many processes it has unless it is told.
        var usualNumber: Int { self == .dictionary ? 2 : 4 }
    }

    static let configuration = CommandConfiguration(
        abstract: "Run an example.",
        discussion: """
              ranks demo ring         a token goes around all ranks: a line for each hop
              ranks demo pi           an area, added up by all ranks
              ranks demo heat         heat spreads over a plate; a checksum that is the same for every number of ranks
              ranks demo dictionary   rank 0 sends rank 1 a dictionary

            Their code is in Examples/message-passing.
            """)

    @Argument(help: "Which one.")
    var name: Name

    @Option(name: [.customShort("n"), .long], help: "How many processes. (default: 4; 2 for dictionary)")
    var number: Int?

    func validate() throws { try ProcessNumber.check(number, least: name == .dictionary ? 2 : 1) }

    func run() async throws {
        guard SelfLaunch.isRank else {
            try await SelfLaunch.run(["demo", name.rawValue], number: number ?? name.usualNumber)
            return
        }
        let lines = try await Communicator.withWorld { [name] world -> [String] in
            switch name {
            case .ring: try await ring(world) ?? []
            case .pi: try await pi(world).map { ["\($0)"] } ?? []
            case .heat:
                try await heat(world).map { [String(format: "%016lx", Int(bitPattern: UInt(checksum($0))))] } ?? []
            case .dictionary: try await dictionary(world).map { [text($0)] } ?? []
            }
        }
        for line in lines { print(line) }
    }
}

/// Starting this program's own processes.
enum SelfLaunch {
    /// Whether this process has a rank.
    static var isRank: Bool { ProcessInfo.processInfo.environment[WorldConfiguration.Variable.rank] != nil }

    static func run(_ arguments: [String], number: Int) async throws {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let words = [program] + arguments
        try await Launcher(
            words: words.map { Array($0.utf8) }, places: Array(repeating: "localhost", count: number)
        ).run()
    }
}
