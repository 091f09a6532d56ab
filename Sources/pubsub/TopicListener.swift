import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

/// Keeps the table of what a subscriber hears.
actor TopicListener {
    private let socket: Subscriber
    private let format: WireFormat
    private let start = ContinuousClock.now
    private var lastTick = ContinuousClock.now
    private var table = TopicTable()
    /// The endpoints that cannot be reached.
    private var unreachable: Set<String> = []

    init(_ socket: Subscriber, format: WireFormat) {
        self.socket = socket
        self.format = format
    }

    /// Listens until its task is cancelled.
    func listen() async throws {
        for try await message in socket.messages { table.record(Update(message, format: format)) }
    }

    /// Ends a period of the table.
    func tick() {
        let now = ContinuousClock.now
        table.tick(after: now - lastTick)
        lastTick = now
    }

    /// Takes into account what is to be said of a connection.
    func record(_ note: ConnectionWatch.Note) {
        switch note {
        case .reached(let endpoint): unreachable.remove(endpoint)
        case .unreachable(let endpoint, _, _): unreachable.insert(endpoint)
        }
    }

    /// The table as lines.
    func lines(_ layout: TableLayout, source: String) -> [String] {
        let trouble = unreachable.isEmpty ? "" : "NOT CONNECTED "
        return layout.lines(of: table, source: trouble + source, after: .now - start)
    }
}
