import ArgumentParser
import CommandLineSupport
import DistributedHashTable

/// `kademlia bench`: stores and finds a second, with real processes.
struct Bench: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    static let configuration = CommandConfiguration(
        abstract: "Measure stores and finds a second, and what is found once nodes are killed.",
        discussion: """
            Starts nodes on this machine, each a process of its own, and stores and finds values from this one.

              kademlia bench --nodes 50 --kill 50% --format json
            """
    )

    @Option(help: ArgumentHelp("How many nodes are started, 1 to 1000.", valueName: "number"))
    var nodes = 50

    @Option(
        help: ArgumentHelp("The share of nodes that are killed (SIGKILL). (default: 50%)", valueName: "share"),
        transform: ShareArgument.parse)
    var kill = ShareArgument(0.5)

    @Option(help: ArgumentHelp("How many values are stored and found.", valueName: "number"))
    var values = 500

    @Option(help: ArgumentHelp("The bytes of a value, at most 64KiB. (default: 32)", valueName: "size"))
    var size: SizeArgument?

    @Option(help: ArgumentHelp("How many stores or finds go on at once.", valueName: "number"))
    var concurrency = 8

    @Option(help: "How the result is printed: text or json (one object).")
    var format = Format.text

    func validate() throws {
        guard (1...1000).contains(nodes) else {
            throw ValidationError("--nodes \(nodes): a number from 1 to 1000 is needed")
        }
        guard (1...1_000_000).contains(values) else {
            throw ValidationError("--values \(values): a number from 1 to 1000000 is needed")
        }
        guard (1...1000).contains(concurrency) else {
            throw ValidationError("--concurrency \(concurrency): a number from 1 to 1000 is needed")
        }
        if let size, size.bytes > StoredValue.mostBytes {
            throw ValidationError("--size \(size): \(StoredValue.mostBytes) bytes are the most")
        }
    }

    func run() async throws {
        let signals = await EndSignals(program: "kademlia bench", loss: "ended at once", hangups: true)
        let run = BenchmarkRun(
            nodes: nodes, killedFraction: kill.fraction, values: values, size: size?.bytes ?? 32,
            concurrency: concurrency)
        // However this ends, its nodes end with it.
        defer { run.killAll() }
        let watching = Task {
            guard let signal = await signals.first() else { return }
            run.killAll()
            CommandLineProgram.exitNow(SignalStatus.interrupted(by: signal))
        }
        defer { watching.cancel() }
        let result = try await run.run()
        for line in format == .json ? [result.json] : result.table { StandardStreams.printLine(line) }
    }
}
