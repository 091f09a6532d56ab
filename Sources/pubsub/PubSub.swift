import ArgumentParser
import CommandLineSupport

/// Publish/subscribe with topic filters, from the command line.
@main
struct PubSub: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pubsub",
        abstract: "Publish and subscribe to topics over ZeroMQ."
    )

    static func main() async {
        await CommandLineProgram.run(PubSub.self)
    }
}
