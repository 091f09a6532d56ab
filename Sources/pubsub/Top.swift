import ArgumentParser
import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// `pubsub top`: a live table of topics.
struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a live table of topics: rate, bytes, last value, and the rate of the past seconds.",
        discussion: """
            Without --bind and --connect it connects to tcp://localhost:5556.

            The busiest topics come first. It ends with q or Ctrl-C and leaves the last table standing. Where standard \
            output is no terminal, a table is printed every second.
            """
    )

    @OptionGroup var endpoints: EndpointOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("What topics begin with, repeatable. (default: everything)", valueName: "prefix"))
    var topic: [ByteArgument] = []

    @Option(
        help: ArgumentHelp("End after so many seconds. (default: forever)", valueName: "number"),
        transform: CountArgument.parse)
    var count: CountArgument = .forever

    @Flag(help: "Topic and payload come as two frames rather than one, \"topic payload\".")
    var multipart = false

    func run() async throws {
        let signals = await EndSignals(program: "pubsub top", loss: "ended at once", hangups: true)
        let endpoints = try endpoints.orElse(connect: "tcp://localhost:5556")
        let context = try Context()
        let socket = try Subscriber(context, to: topic.isEmpty ? [TopicFilter("")] : topic.filters) {
            try endpoints.prepare(&$0)
            $0.receiveHighWaterMark = 10_000
        }
        let listener = TopicListener(socket, format: multipart ? .multipart : .singleFrame)
        let screen = TableScreen(source: endpoints.names.joined(separator: " "))
        try endpoints.attach(socket, of: context, as: "listening") { note, line in
            if screen.isFull { Task { await listener.record(note) } } else { Notice.say(line) }
        } sayDenied: { line in
            if !screen.isFull { Notice.say(line) }
        }
        // Before the screen is full of the table, so that a resize at the very start is not missed.
        let resizes = await Terminal.resizes()
        screen.enter()
        defer { screen.leave() }
        _ = try await interruptible(by: signals) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await listener.listen() }
                group.addTask { try await screen.show(listener, resizes: resizes, limit: count.limit) }
                group.addTask { try await screen.waitForQuit() }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
        screen.leave()
        // To a terminal that has gone nothing can be written.
        if !signals.isHangup { try await screen.printLast(of: listener) }
        try signals.exitAsTold()
    }
}
