import ArgumentParser
import CommandLineSupport

/// The program: `pipeline run`, `pipeline produce`, `pipeline work`, `pipeline collect`, `pipeline status`.
@main
struct Pipeline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "Spread a list of tasks over worker processes and collect every result once.",
        discussion: """
            On one machine, a task for each line:

              find . -name '*.txt' | pipeline run --job wordcount
              pipeline run urls.txt --exec 'curl -s {} | wc -c' --workers 8 --ordered

            On several, each part where it belongs:

              pipeline produce tasks.txt
              pipeline collect --done tcp://PRODUCER:5559 --output results.txt
              pipeline work --tasks tcp://PRODUCER:5557 --results tcp://COLLECTOR:5558 --exec 'COMMAND {}'

            With --plain, each part is one of the classic chain PUSH, PULL/PUSH, PULL, which peers in any language speak.
            """,
        version: "pipeline \(ProgramVersion.number)",
        subcommands: [Run.self, Produce.self, Work.self, Collect.self, Status.self]
    )

    static func main() async {
        await CommandLineProgram.run(Pipeline.self)
    }

    static let defaultTasks: EndpointArgument = "tcp://*:5557"
    static let defaultResults: EndpointArgument = "tcp://*:5558"
    static let defaultDone: EndpointArgument = "tcp://*:5559"
}
