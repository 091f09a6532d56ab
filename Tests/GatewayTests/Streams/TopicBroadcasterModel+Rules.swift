import ProcessSupport

@testable import Gateway

/// What always holds.
extension TopicBroadcasterModel {
    /// What a client has got, of whatever kind it is.
    enum Received: Equatable {
        case message(UInt64)
        case dropped(Int)
        case gap
    }

    mutating func check(_ holds: Bool, _ rule: @autoclosure () -> String) {
        if !holds { broken.append(rule()) }
    }

    mutating func checkBroadcaster() {
        let subscribed = script.subscribed[TopicBroadcasterScript.publisher] ?? []
        let wanted = self.wanted.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        check(Set(subscribed).count == subscribed.count, "it subscribed twice")
        check(Set(subscribed).isSubset(of: wanted), "it listens to what nobody wants")
        check(wanted.allSatisfy { prefix in subscribed.contains { prefix.hasPrefix($0) } }, "it does not listen")
        let snapshot = script.broadcaster.snapshot().routes
        check(Set(snapshot.map(\.label)) == Set(routes.keys), "it has other routes")
        for counted in snapshot {
            let clients = readers.values.count { $0.route == counted.label }
            check(
                counted.messages == routes[counted.label]?.published.count && counted.clients == clients,
                "it counts wrongly")
        }
        for slot in script.broadcaster.readerIndex.values {
            let reader = script.broadcaster.readers[slot]
            let waiting = reader.inFlight + reader.queuedBytes - reader.offset
            // One alone may always wait, behind one that is partly on its way; and what is said of those that were dropped
            // is not counted.
            let isWithin = waiting <= buffer + 40 || reader.queue.count <= (reader.offset > 0 ? 2 : 1)
            check(isWithin, "too many bytes wait for a reader")
        }
    }

    mutating func checkReceived(_ number: UInt64, _ reader: Reader) {
        // Who takes everything at once loses nothing, unless the room is too small for a round.
        let losesNothing = reader.takesAll && buffer > 1000
        var expected = reader.expected[...]
        for item in received(number, reader.kind) {
            switch item {
            case .gap: break
            case .dropped(let count):
                self.count("dropped")
                check(!losesNothing, "a quick reader lost something")
                expected = expected.dropFirst(count)
            case .message(let id):
                // Over a WebSocket without the subprotocol nothing is said of what was dropped.
                let skips = reader.kind == .webSocket && !losesNothing
                let index = skips ? expected.firstIndex(of: id) : expected.first == id ? expected.startIndex : nil
                check(index != nil, "message \(id) came")
                expected = expected[(index.map { $0 + 1 } ?? expected.endIndex)...]
            }
        }
        // The newest always may wait; but of what was to come from the history it may have been forgotten there.
        guard reader.kind != .webSocket || losesNothing || !reader.cameBack else { return }
        check(expected.isEmpty, "\(expected.count) messages neither came nor were told as dropped")
    }

    /// What has come to a client, in order.
    func received(_ number: UInt64, _ kind: TopicReaderKind) -> [Received] {
        guard kind != .eventStream else {
            return script.events(number).map { event -> Received in
                switch event.type {
                case "gap": .gap
                case "dropped": .dropped(Int(event.data) ?? 0)
                default: .message(UInt64(event.lastEventID) ?? 0)
                }
            }
        }
        guard let read = WebSocketFrames.readServer(script.clients[number]?.frames ?? []), read.left == 0 else {
            return [.message(0)]
        }
        return read.frames.map { frame -> Received in
            guard kind == .webSocketJSON else {
                // TOPIC NUMBER REST
                let words = frame.text.split(separator: " ", omittingEmptySubsequences: false)
                return .message(words.dropFirst().first.flatMap { UInt64($0) } ?? 0)
            }
            if frame.text == #"{"gap":true}"# { return .gap }
            let value = frame.text.split(separator: ":").last?.dropLast() ?? ""
            if frame.text.hasPrefix(#"{"dropped":"#) { return .dropped(Int(value) ?? 0) }
            return .message(UInt64(value) ?? 0)
        }
    }
}
