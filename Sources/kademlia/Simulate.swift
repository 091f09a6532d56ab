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
              kademlia simulate --nodes 10000 --partition 20m

            With --partition the network is cut in two halves, left and right, once the values are stored. Each stores \
            as many more meanwhile, and once the cut is mended all of them are looked for from anywhere.

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
            "For how long the network is cut in two halves, such as 20m. (default: not at all)", valueName: "duration"))
    var partition: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "How long it lives before everything is looked for. (default: 1m; 1h with --churn, 10m with --partition)",
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
        for (option, value) in [("--duration", duration), ("--partition", partition)] {
            guard let value, value.duration > .seconds(30 * 24 * 3600) else { continue }
            throw ValidationError("\(option) \(value): 720h is the longest")
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
        if let partition { plan.partition = .seconds(partition.duration / .seconds(1)) }
        if let duration {
            plan.duration = .seconds(duration.duration / .seconds(1))
        } else if churn.fraction > 0 {
            plan.duration = .hours(1)
        } else if partition != nil {
            plan.duration = .minutes(10)
        }
        let report = plan.run()
        for line in format == .json ? [report.json] : report.table { StandardStreams.printLine(line) }
    }
}
