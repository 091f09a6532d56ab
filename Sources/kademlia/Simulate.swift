import ArgumentParser
import CommandLineSupport
import DistributedHashTable

/// `kademlia simulate`: thousands of nodes in one process.
struct Simulate: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    static let configuration = CommandConfiguration(
        abstract: "Simulate a network of the same nodes, and measure what it finds.",
        discussion: """
            Nodes join, values are stored, nodes die, and then everything is looked for. The same seed gives the same \
            history each time.

              kademlia simulate --nodes 10000 --fail 50%
              kademlia simulate --nodes 1000 --churn 10%/min --duration 1h --format json

            rounds: the answers, one after another, that a lookup took. messages: its requests and answers. lost: values \
            that no node has any more. seconds: of the one processor that the simulation used.
            """
    )

    @Option(help: ArgumentHelp("How many nodes there are, 1 to 1000000.", valueName: "number"))
    var nodes = 10_000

    @Option(
        help: ArgumentHelp("The share of nodes that die at one stroke, such as 50%. (default: 0%)", valueName: "share"),
        transform: ShareArgument.parse)
    var fail = ShareArgument(0)

    @Option(
        help: ArgumentHelp(
            "The share of nodes that die every minute, and are followed by others, such as 10%/min. (default: 0%/min)",
            valueName: "share"),
        transform: ShareArgument.parsePerMinute)
    var churn = ShareArgument(0)

    @Option(
        help: ArgumentHelp(
            "How long the network lives before everything is looked for. (default: 1h with --churn, else 1m)",
            valueName: "duration"))
    var duration: DurationArgument?

    @Option(help: ArgumentHelp("How many values are stored.", valueName: "number"))
    var values = 1_000

    @Option(
        help: ArgumentHelp("The share of messages that are lost, such as 1%. (default: 0%)", valueName: "share"),
        transform: ShareArgument.parse)
    var loss = ShareArgument(0)

    @Option(help: ArgumentHelp("What determines everything that happens.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: "How the result is printed: text or json (one object).")
    var format = Format.text

    func validate() throws {
        guard (1...1_000_000).contains(nodes) else {
            throw ValidationError("--nodes \(nodes): a number from 1 to 1000000 is needed")
        }
        guard (1...1_000_000).contains(values) else {
            throw ValidationError("--values \(values): a number from 1 to 1000000 is needed")
        }
        if let duration, duration.duration > .seconds(30 * 24 * 3600) {
            throw ValidationError("--duration \(duration): 720h is the longest")
        }
    }

    func run() async throws {
        var plan = SimulationPlan()
        plan.nodes = nodes
        plan.failedFraction = fail.fraction
        plan.churnPerMinute = churn.fraction
        plan.values = values
        plan.seed = seed
        plan.network.loss = loss.fraction
        if let duration {
            plan.duration = .seconds(duration.duration / .seconds(1))
        } else if churn.fraction > 0 {
            plan.duration = .hours(1)
        }
        let report = plan.run()
        for line in format == .json ? [report.json] : report.table { StandardStreams.printLine(line) }
    }
}
