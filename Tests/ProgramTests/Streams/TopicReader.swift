import ProcessSupport

/// curl, as it reads a stream of events.
struct TopicReader: Sendable {
    let program: RunningProgram

    /// Waits until the stream has begun.
    init(_ programs: Programs, of gateway: RunningGateway, _ target: String, _ options: String...) async throws {
        try await self.init(programs, of: gateway, target, options)
    }

    init(_ programs: Programs, of gateway: RunningGateway, _ target: String, _ options: [String]) async throws {
        try await self.init(programs, url: "http://127.0.0.1:\(gateway.port)\(target)", options)
    }

    init(_ programs: Programs, url: String, _ options: [String]) async throws {
        program = try programs.keep(
            RunningProgram(
                "/usr/bin/env",
                ["curl", "--silent", "--show-error", "--no-buffer", "--include"] + options + [url]))
        try await program.output.wait(for: "content-type: text/event-stream")
    }

    /// Waits for an event with such data; all that have come by then.
    @discardableResult
    func wait(for data: String) async throws -> [EventStreamReader.Event] {
        try await program.output.wait(for: "data: \(data)")
        return events
    }

    /// The events that have come.
    var events: [EventStreamReader.Event] {
        var reader = EventStreamReader()
        let lines = program.output.soFar
        for line in lines.drop(while: { !$0.trimmingSuffix(while: \.isNewline).isEmpty }).dropFirst() {
            reader.receive(Array((line + "\n").utf8))
        }
        // The empty line behind the last may not have come yet.
        reader.receive(Array("\n".utf8))
        return reader.events
    }

    /// The number of the last event.
    var last: String { events.last?.lastEventID ?? "" }
}

extension BidirectionalCollection where SubSequence == Substring, Element == Character {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var end = endIndex
        while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
        return self[startIndex..<end]
    }
}
