import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// Prints updates as they come, and at the end what is to be said of them all.
struct UpdatePrinter: ~Copyable {
    /// How many updates in a row are printed before the task looks whether it has been cancelled.
    private static let updatesBetweenLooks = 256

    private let format: UpdateFormat
    private let wire: WireFormat
    private let exactTopics: Set<Frame>?
    private var report: FilterReport?
    private var output = OutputBuffer()

    /// - Parameters:
    ///   - filters: what was subscribed to, each of which is reported on; nil for no report.
    ///   - isExact: whether topics that only begin with a filter are left out.
    init(format: UpdateFormat, wire: WireFormat, filters: [TopicFilter]?, isExact: Bool) {
        self.format = format
        self.wire = wire
        report = filters.map(FilterReport.init)
        exactTopics = isExact ? filters.map { Set($0.map(\.prefix)) } : nil
    }

    /// Prints so many updates, or all until the task is cancelled, and then the report.
    mutating func print(from socket: Subscriber, limit: Int?) async throws {
        do {
            var left = limit ?? .max
            while left > 0 {
                // What has been printed is seen before anything is waited for.
                try await output.flush()
                show(try await socket.receive(), &left)
                try await printWhatIsThere(from: socket, &left)
            }
        } catch is CancellationError {}
        try await printReport()
    }

    /// Prints the updates that need not be waited for.
    private mutating func printWhatIsThere(from socket: Subscriber, _ left: inout Int) async throws {
        var untilLook = Self.updatesBetweenLooks
        while left > 0, let message = try socket.tryReceive() {
            show(message, &left)
            if output.isFull { try await output.flush() }
            untilLook -= 1
            if untilLook == 0 {
                try Task.checkCancellation()
                untilLook = Self.updatesBetweenLooks
            }
        }
    }

    @inline(__always)
    private mutating func show(_ message: Message, _ left: inout Int) {
        let update = Update(message, format: wire)
        if let exactTopics, !exactTopics.contains(update.topic) { return }
        let format = format
        output.withBytes { format.append(update, to: &$0) }
        report?.record(update)
        left -= 1
    }

    private mutating func printReport() async throws {
        guard let report else { return try await output.flush() }
        for line in report.averages where format == .text { output.append(line + "\n") }
        try await output.flush()
        for line in report.averages where format != .text { StandardStreams.printErrorLine(line) }
        for line in report.surprises { Notice.say(line) }
    }
}
