public import ArgumentParser
import CommandLineSupport
public import PublishSubscribe
import SwiftZMQ

/// `pubsub subscribe`: prints what matches, and the averages at the end.
struct Subscribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the updates of topics, and their average at the end.",
        discussion: """
            A topic is a prefix, as everywhere in ZeroMQ: 10001 also matches 100012. With --exact it is the whole topic.

            Without --bind and --connect it connects to tcp://localhost:5556. It works before the publisher exists and goes \
            on when it restarts.

              pubsub subscribe --topic 10001 --topic 10002 --count 100
              pubsub subscribe --all --count forever --format json | jq .payload
            """
    )

    @OptionGroup var endpoints: EndpointOptions

    @Option(help: ArgumentHelp("What topics begin with, repeatable. (default: 10001)", valueName: "prefix"))
    var topic: [String] = []

    @Flag(help: "Subscribe to everything.")
    var all = false

    @Flag(help: "Leave out topics that only begin with one of --topic.")
    var exact = false

    @Option(
        help: ArgumentHelp("Stop after so many updates; 'forever' for no end. (default: 5)", valueName: "number"),
        transform: CountArgument.parse)
    var count: CountArgument = 5

    @Option(help: "How an update is printed: text, json (an object a line) or payload.")
    var format = UpdateFormat.text

    @Flag(help: "Topic and payload come as two frames rather than one, \"topic payload\".")
    var multipart = false

    func validate() throws {
        if all, let topic = topic.first {
            throw ValidationError("--topic '\(topic)': --all subscribes to everything; leave one of the two out")
        }
        if all, exact {
            throw ValidationError("--exact: --all names no topic that could be exact; leave one of the two out")
        }
    }

    func run() async throws {
        let signals = await EndSignals(program: "pubsub subscribe", loss: "ended before everything was written")
        let endpoints = endpoints.orElse(connect: "tcp://localhost:5556")
        let topics = all ? [""] : topic.isEmpty ? ["10001"] : topic
        let context = try Context()
        let socket = try Subscriber(context, topics: topics) {
            endpoints.prepare(&$0)
            $0.receiveHighWaterMark = 10_000
        }
        try endpoints.attach(socket, as: "subscribed")
        let filters = topics.map { TopicFilter(Frame($0)) }
        _ = try await interruptible(by: signals) {
            var printer = UpdatePrinter(
                format: format, wire: multipart ? .multipart : .singleFrame, filters: all ? nil : filters,
                isExact: exact)
            try await printer.print(from: socket, limit: count.limit)
        }
    }
}

extension UpdateFormat: ExpressibleByArgument {}
