import ArgumentParser
import CommandLineSupport

/// Producer, workers and collector, from the command line.
@main
struct Pipeline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "Spread a list of tasks over worker processes and collect every result once."
    )

    static func main() async {
        await CommandLineProgram.run(Pipeline.self)
    }
}
