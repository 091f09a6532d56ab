import ProcessSupport
import SwiftZMQ

@testable import Gateway

/// A hub under random readers, messages, pauses and cuts, beside a model that compares every prefix with every topic and
/// remembers everything.
struct TopicHubModel: RandomModel {
    private struct Reader {
        let prefixes: [String]
        /// The numbers of the messages that it is to get, or to be told of as dropped.
        var expected: [UInt64] = []
        let takesAll: Bool

        func wants(_ topic: String) -> Bool { prefixes.contains { topic.hasPrefix($0) } }
    }

    private var random: SplitMix
    private var script: TopicHubScript
    private let history: Int
    private let buffer: Int
    private var readers: [UInt64: Reader] = [:]
    private var opened: UInt64 = 0
    private var published: [(id: UInt64, topic: String)] = []
    private var isConnected = true
    /// What was wanted at each moment, and whether the publisher was connected, with the newest number.
    private var moments: [(last: UInt64, wanted: Set<String>, isConnected: Bool)] = []

    private(set) var broken: [String] = []
    private(set) var coverage: [String: Int] = [:]

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        history = [0, 1, 3, 50].randomElement(using: &random) ?? 0
        buffer = [150, 400, 1 << 20].randomElement(using: &random) ?? 150
        script = TopicHubScript(history: history, buffer: buffer)
        note()
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            step()
            for (number, reader) in Array(readers) where reader.takesAll { takeAll(number) }
            note()
            checkHub()
        }
        for number in readers.keys { takeAll(number) }
        for (number, reader) in readers { checkEvents(number, reader) }
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
            script.hub.connectionChanged(of: TopicHubScript.publisher, isConnected: isConnected)
        case 8 where Bool.random(using: &random): script.pass(.seconds(10))
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
        if wanted.contains(where: { topic.hasPrefix($0) }) {
            published.append((last + 1, topic))
            let id = last
            for (number, reader) in readers where reader.wants(topic) { readers[number]?.expected.append(id) }
        }
        let payload = String(repeating: "x", count: Int.random(in: 0...60, using: &random))
        script.publish([Frame(topic), Frame(payload)])
    }

    private mutating func open() {
        opened += 1
        let prefixes = (0...Int.random(in: 0...2, using: &random)).map { _ in topic() }
        var reader = Reader(prefixes: prefixes, takesAll: Bool.random(using: &random))
        guard Bool.random(using: &random) else {
            script.open(opened, prefixes)
            readers[opened] = reader
            return
        }
        let id = last &+ 1 &- UInt64.random(in: 0...8, using: &random)
        reader.expected = published.suffix(history).filter { $0.id > id && reader.wants($0.topic) }.map(\.id)
        let isKept = published.contains { $0.id == id } && published.dropLast(history).last?.id ?? 0 <= id
        let isComplete = isKept && prefixes.allSatisfy { wasListenedTo($0, since: id) }
        script.open(opened, prefixes, after: .after(id))
        readers[opened] = reader
        let saysGap = script.events(opened).first?.type == "gap"
        // It may say so where one prefix took over from another; but it must never be silent.
        check(saysGap || isComplete, "a gap is hidden")
        count(!saysGap ? "complete" : isComplete ? "gap for nothing" : "gap")
        if reader.expected.count > 1, !saysGap { count("replay") }
    }

    // MARK: What is known

    private var wanted: Set<String> { Set(readers.values.flatMap(\.prefixes)) }
    private var last: UInt64 { published.last?.id ?? TopicHubScript.firstID }

    private mutating func note() { moments.append((last, wanted, isConnected)) }

    /// Whether everything that begins with a prefix has been listened to since a message came.
    private func wasListenedTo(_ prefix: String, since id: UInt64) -> Bool {
        // The moment at which the message came is the last one with a smaller number.
        moments[(moments.lastIndex { $0.last < id } ?? 0)...].allSatisfy { moment in
            moment.isConnected && moment.wanted.contains { prefix.hasPrefix($0) }
        }
    }

    // MARK: Rules

    private mutating func checkHub() {
        let subscribed = script.subscribed[TopicHubScript.publisher] ?? []
        check(Set(subscribed).count == subscribed.count, "it subscribed twice")
        check(Set(subscribed).isSubset(of: wanted), "it listens to what nobody wants")
        check(wanted.allSatisfy { prefix in subscribed.contains { prefix.hasPrefix($0) } }, "it does not listen")
        let counted = script.hub.snapshot().routes[0]
        check(counted.messages == published.count && counted.clients == readers.count, "it counts wrongly")
        for slot in script.hub.readerIndex.values {
            let reader = script.hub.readers[slot]
            let waiting = reader.inFlight + reader.queuedBytes - reader.offset
            // One alone may always wait, behind one that is partly on its way; and what is said of those that were dropped
            // is not counted.
            let isWithin = waiting <= buffer + 40 || reader.queue.count <= (reader.offset > 0 ? 2 : 1)
            check(isWithin, "too many bytes wait for a reader")
        }
    }

    private mutating func checkEvents(_ number: UInt64, _ reader: Reader) {
        var expected = reader.expected[...]
        for event in script.events(number) where event.type != "gap" {
            if event.type == "dropped" {
                count("dropped")
                check(!reader.takesAll || buffer < 1000, "a quick reader lost something")
                expected = expected.dropFirst(Int(event.data) ?? 0)
            } else {
                let next = expected.popFirst().map { "\($0)" }
                check(next == event.lastEventID, "message \(event.lastEventID) came")
            }
        }
        check(expected.isEmpty, "\(expected.count) messages neither came nor were told as dropped")
    }

    private mutating func check(_ holds: Bool, _ rule: @autoclosure () -> String) {
        if !holds { broken.append(rule()) }
    }

    private mutating func count(_ outcome: String) { coverage[outcome, default: 0] += 1 }
}
