import ArgumentParser
import CommandLineSupport

/// Publish/subscribe with topic filters, from the command line.
@main
struct PubSub: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pubsub",
        abstract: "Publish and subscribe to topics over ZeroMQ.",
        discussion: """
            A publisher sends updates, each a topic and a payload; a subscriber gets those whose topic begins with what \
            it asked for.

              pubsub publish                      random weather on tcp://*:5556, one update a second
              pubsub subscribe --topic 10001      five updates of that place, and their average
              pubsub publish 10001 42             one update, as soon as somebody subscribes to it

            Results go to standard output, everything else to standard error. Ctrl-C ends in order, twice at once.
            """,
        version: "pubsub \(ProgramVersion.number)",
        subcommands: [Publish.self, Subscribe.self, Forward.self, Top.self, Record.self, Replay.self, Bench.self]
    )

    static func main() async {
        await CommandLineProgram.run(PubSub.self)
    }
}
