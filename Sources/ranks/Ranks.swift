import ArgumentParser
import CommandLineSupport

/// The program: `ranks run`, `ranks demo`, `ranks bench`.
@main
struct Ranks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ranks",
        abstract: "Start processes that pass messages to each other.",
        discussion: """
            Each process has a rank, from 0 on, and finds the others by its environment; a program in Swift uses the library \
            MessagePassing for it.

              ranks run -n 4 ./program            four processes on this machine
              ranks run --hosts a:2,b:2 ./program two on each of two machines, started by ssh
              ranks demo ring -n 4                a token goes around
              ranks bench -n 4                    how long messages and collective operations take

            When a process fails, the others are ended, and ranks ends with the same status.
            """,
        version: "ranks \(ProgramVersion.number)",
        subcommands: [Run.self, Demo.self, Bench.self, NodeCommand.self]
    )

    static func main() async { await CommandLineProgram.run(Ranks.self) }
}
