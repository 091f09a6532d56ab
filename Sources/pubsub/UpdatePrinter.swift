import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// Prints updates as they come, and at the end what is to be said of them all.
struct UpdatePrinter: ~Copyable {
    /// What a line looks like.
    enum Style {
        case format(UpdateFormat)
        case template(UpdateTemplate)

        /// Whether averages may stand among the updates.
        var isForPeople: Bool { if case .format(.text) = self { true } else { false } }
    }

    /// How many updates are taken at once, and printed before the task looks whether it has been cancelled.
    private static let updatesAtOnce = 256

    private let style: Style
    private var reception: UpdateReception
    private var output = OutputBuffer()

    init(style: Style, reception: UpdateReception) {
        self.style = style
        self.reception = reception
    }

    /// Prints so many updates, or all until the task is cancelled, and then the report.
    ///
    /// - Returns: why it has ended.
    mutating func print(from socket: Subscriber) async throws -> UpdateReception.Ending {
        var ending = UpdateReception.Ending.cancelled
        do {
            while !reception.isDone {
                // What has been printed is seen before anything is waited for.
                try await output.flush()
                guard let update = try await reception.next(from: socket) else { break }
                show(update)
                try await printWhatIsThere(from: socket)
            }
            ending = reception.isDone ? .counted : .silence
        } catch is CancellationError {}
        try await printReport()
        return ending
    }

    /// Prints the updates that need not be waited for.
    private mutating func printWhatIsThere(from socket: Subscriber) async throws {
        while !reception.isDone {
            let messages = try socket.tryReceive(upTo: min(Self.updatesAtOnce, reception.left))
            guard !messages.isEmpty else { return }
            // All of them, before anything is thrown: nobody else has them.
            for index in messages.indices {
                if let update = reception.accept(messages[index]) { show(update) }
                if output.isFull { try await output.flush() }
            }
            try Task.checkCancellation()
        }
    }

    @inline(__always)
    private mutating func show(_ update: Update) {
        let number = reception.count
        switch style {
        case .format(let format): output.withBytes { format.append(update, to: &$0) }
        case .template(let template):
            output.withBytes { template.append(update, number: number, at: .now, to: &$0) }
        }
    }

    private mutating func printReport() async throws {
        guard style.isForPeople else {
            try await output.flush()
            return reception.sayReport()
        }
        for line in reception.averages { output.append(line + "\n") }
        try await output.flush()
        reception.saySurprises()
    }
}
