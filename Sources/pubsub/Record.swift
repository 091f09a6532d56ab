import ArgumentParser
import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// `pubsub record`: keeps every update in a file.
struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Append every update to a file, with its time and its frames.",
        discussion: """
            Without --bind and --connect it connects to tcp://localhost:5556; without --topic it records everything.

            The file has a line of JSON for each update, and can be read whenever the recorder is ended or killed. \
            `pubsub replay` publishes it again.

              pubsub record weather.jsonl --topic 10001 --duration 1h
              jq -c .frames weather.jsonl
            """
    )

    @Argument(help: ArgumentHelp("The file, which is made where there is none.", valueName: "file"))
    var path: ByteArgument

    @OptionGroup var endpoints: EndpointOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("What topics begin with, repeatable. (default: everything)", valueName: "prefix"))
    var topic: [ByteArgument] = []

    @Option(
        help: ArgumentHelp("Stop after so many updates. (default: forever)", valueName: "number"),
        transform: CountArgument.parse)
    var count: CountArgument = .forever

    @Option(help: ArgumentHelp("Stop after so long, such as 1h. (default: never)", valueName: "duration"))
    var duration: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Stop before the file is larger than that, such as 1GiB. (default: never)", valueName: "size"))
    var maxSize: SizeArgument?

    func run() async throws {
        let signals = await EndSignals(
            program: "pubsub record", loss: "ended before everything was written", hangups: true)
        let endpoints = try endpoints.orElse(connect: "tcp://localhost:5556")
        let file = try RecordingFile(path.bytes)
        let context = try Context()
        let socket = try Subscriber(context, to: topic.isEmpty ? [TopicFilter("")] : topic.filters) {
            try endpoints.prepare(&$0)
            $0.receiveHighWaterMark = 10_000
        }
        try endpoints.attach(socket, of: context, as: "recording")
        let recorder = Recorder(file, limit: count.limit, largest: maxSize?.bytes)
        let isTimed = try await interruptible(by: signals) {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await recorder.record(from: socket)
                    return false
                }
                if let duration {
                    group.addTask {
                        try await Task.sleep(for: duration.duration)
                        return true
                    }
                }
                let isTimed = try await group.next() ?? false
                group.cancelAll()
                try? await group.waitForAll()
                return isTimed
            }
        }
        // Also where a signal came first.
        if let failure = await recorder.failure { throw failure }
        let (recorded, size, isFull) = await recorder.summary
        Notice.say("recorded \(Notice.count(recorded, "update")); \(path) has \(Notice.count(size, "byte"))")
        if isFull, let maxSize { Notice.say("ended as the next update would make it larger than \(maxSize)") }
        if isTimed == true, let duration { Notice.say("ended after \(duration)") }
        try signals.exitAsTold()
    }
}
