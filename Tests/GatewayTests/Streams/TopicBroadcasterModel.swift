import ProcessSupport
import SwiftZMQ

@testable import Gateway

/// A broadcaster of two routes under random readers of every kind, messages, pauses, cuts and reloads, beside a model that
/// compares every prefix with every topic and remembers everything.
struct TopicBroadcasterModel: RandomModel {
    struct Reader {
        let route: String
        let kind: TopicReaderKind
        let prefixes: [String]
        let takesAll: Bool
        /// Whether it has said where it was before.
        var cameBack = false
        /// The numbers of the messages that it is to get, or to be told of as dropped.
        var expected: [UInt64] = []

        func wants(_ topic: String) -> Bool { prefixes.contains { topic.hasPrefix($0) } }
    }

    struct Route {
        private(set) var history: Int
        private(set) var published: [(id: UInt64, topic: String)] = []
        /// How many of those the history has forgotten.
        private var forgotten = 0

        init(history: Int) {
            self.history = history
        }

        mutating func publish(_ id: UInt64, _ topic: String) {
            published.append((id, topic))
            forgotten = max(forgotten, published.count - history)
        }

        mutating func setHistory(_ count: Int) {
            history = count
            forgotten = max(forgotten, published.count - history)
        }

        /// What the history keeps.
        var kept: ArraySlice<(id: UInt64, topic: String)> { published[forgotten...] }

        /// Whether a message of that number was of this route, and every later one is kept.
        func hasAll(after id: UInt64) -> Bool {
            published.contains { $0.id == id } && published[..<forgotten].last?.id ?? 0 <= id
        }
    }

    /// What was wanted of each route at a moment, and whether the publisher was connected, with the newest number.
    private struct Moment {
        let last: UInt64
        let wanted: [String: Set<String>]
        let isConnected: Bool
    }

    private var random: SplitMix
    private(set) var script: TopicBroadcasterScript
    let buffer: Int
    private(set) var routes: [String: Route]
    private(set) var readers: [UInt64: Reader] = [:]
    private var opened: UInt64 = 0
    private var last = TopicBroadcasterScript.firstID
    private var isConnected = true
    private var moments: [Moment] = []

    var broken: [String] = []
    private(set) var coverage: [String: Int] = [:]

    /// The route that always is there.
    private static let staying = "/r/"
    /// The route that comes and goes.
    private static let passing = "/s/"

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        buffer = [150, 400, 1 << 20].randomElement(using: &random) ?? 150
        routes = [
            Self.staying: Route(history: Self.anyHistory(&random)),
            Self.passing: Route(history: Self.anyHistory(&random)),
        ]
        script = TopicBroadcasterScript(buffer: buffer, routes: Self.configuration(of: routes))
        note()
    }

    private static func configuration(of routes: [String: Route]) -> [TopicRoute] {
        routes.sorted { $0.key < $1.key }.map { label, route in
            TopicRoute(label: label, endpoints: [TopicBroadcasterScript.publisher], history: route.history)
        }
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            step()
            for (number, reader) in Array(readers) where reader.takesAll { takeAll(number) }
            note()
            checkBroadcaster()
        }
        for number in readers.keys { takeAll(number) }
        for (number, reader) in readers { checkReceived(number, reader) }
        drain()
    }

    // MARK: What happens

    private mutating func step() {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<3: open()
        case 3..<5:
            guard let number = anyReader() else { return }
            readers[number] = nil
            script.close(number)
        case 5..<7:
            guard let number = anyReader() else { return }
            script.take(number, Int.random(in: 1...200, using: &random))
        case 7 where Bool.random(using: &random):
            isConnected.toggle()
            script.broadcaster.connectionChanged(of: TopicBroadcasterScript.publisher, isConnected: isConnected)
        case 8 where Bool.random(using: &random): script.pass(.seconds(10))
        case 9 where Bool.random(using: &random): reconfigure()
        default: publish()
        }
    }

    private mutating func anyReader() -> UInt64? { readers.keys.sorted().randomElement(using: &random) }

    private mutating func takeAll(_ number: UInt64) {
        while script.clients[number]?.untaken ?? 0 > 0 { script.take(number) }
    }

    private mutating func topic() -> String {
        String((0..<Int.random(in: 0...3, using: &random)).map { _ in "ab".randomElement(using: &random) ?? "a" })
    }

    private mutating func publish() {
        let topic = topic()
        let listening = wanted.filter { $0.value.contains { topic.hasPrefix($0) } }.keys
        if !listening.isEmpty {
            last += 1
            for label in listening { routes[label]?.publish(last, topic) }
            for (number, reader) in readers where reader.wants(topic) { readers[number]?.expected.append(last) }
        }
        // By its number it can be told in whatever way it comes.
        let rest = String(repeating: "x", count: Int.random(in: 0...60, using: &random))
        script.publish([Frame(topic), Frame("\(last) \(rest)")])
    }

    private mutating func open() {
        opened += 1
        let prefixes = (0...Int.random(in: 0...2, using: &random)).map { _ in topic() }
        let label = routes.keys.sorted().randomElement(using: &random) ?? Self.staying
        let kinds = [TopicReaderKind.eventStream, .eventStream, .webSocketJSON, .webSocket]
        let kind = kinds.randomElement(using: &random) ?? .eventStream
        var reader = Reader(route: label, kind: kind, prefixes: prefixes, takesAll: Bool.random(using: &random))
        guard let route = routes[label], Bool.random(using: &random) else {
            script.open(opened, prefixes, route: label, kind: kind)
            readers[opened] = reader
            return
        }
        reader.cameBack = true
        let id = last &+ 1 &- UInt64.random(in: 0...8, using: &random)
        // Of a number that has not been given yet everything is new.
        let position = id > last ? 0 : id
        reader.expected = route.kept.filter { $0.id > position && reader.wants($0.topic) }.map(\.id)
        let isComplete = route.hasAll(after: id) && prefixes.allSatisfy { wasListenedTo($0, of: label, since: id) }
        script.open(opened, prefixes, after: .after(id), route: label, kind: kind)
        readers[opened] = reader
        guard kind != .webSocket else { return count("not told") }
        let saysGap = received(opened, kind).first == .gap
        // It may say so where one prefix took over from another; but it must never be silent.
        check(saysGap || isComplete, "a gap is hidden")
        count(!saysGap ? "complete" : isComplete ? "gap for nothing" : "gap")
        if reader.expected.count > 1, !saysGap { count("replay") }
    }

    /// Reads another file, with other histories, and with a route more or less.
    private mutating func reconfigure() {
        var ending: [UInt64] = []
        if Bool.random(using: &random) {
            ending = readers.filter { $0.value.route == Self.passing }.map(\.key)
            let isThere = routes[Self.passing] != nil
            routes[Self.passing] = isThere ? nil : Route(history: Self.anyHistory(&random))
            count(isThere ? "route gone" : "route back")
        }
        routes[Self.staying]?.setHistory(Self.anyHistory(&random))
        script.broadcaster.reconfigure(Self.configuration(of: routes))
        script.settle()
        for number in ending {
            check(script.clients[number]?.hasEnded == true, "a stream of a route that is gone goes on")
            readers[number] = nil
        }
    }

    private static func anyHistory(_ random: inout SplitMix) -> Int {
        [0, 1, 3, 50].randomElement(using: &random) ?? 0
    }

    private mutating func drain() {
        script.broadcaster.drain()
        script.settle()
        script.open(opened + 1)
        let numbers = Array(readers.keys) + [opened + 1]
        check(numbers.allSatisfy { script.clients[$0]?.hasEnded == true }, "a stream goes on after a drain")
        check(script.subscribed[TopicBroadcasterScript.publisher] ?? [] == [], "it listens after a drain")
    }

    // MARK: What is known

    /// What is wanted of each route.
    var wanted: [String: Set<String>] {
        Dictionary(grouping: readers.values, by: \.route).mapValues { Set($0.flatMap(\.prefixes)) }
    }

    private mutating func note() { moments.append(Moment(last: last, wanted: wanted, isConnected: isConnected)) }

    /// Whether everything of a route that begins with a prefix has been listened to since a message came.
    private func wasListenedTo(_ prefix: String, of route: String, since id: UInt64) -> Bool {
        // The moment at which the message came is the last one with a smaller number.
        moments[(moments.lastIndex { $0.last < id } ?? 0)...].allSatisfy { moment in
            moment.isConnected && moment.wanted[route]?.contains { prefix.hasPrefix($0) } == true
        }
    }

    mutating func count(_ outcome: String) { coverage[outcome, default: 0] += 1 }
}
