import SwiftZMQ
import Testing

@testable import Gateway

struct TopicHistoryTests {
    private typealias Position = TopicRequest.Position

    /// A script in which somebody listens to everything all the time, and has got `t 0` to `t 9`; and what reader 2 gets that
    /// comes back then.
    private static func returning(after position: Position, _ prefixes: [String] = ["t"], history: Int = 4) -> [String]
    {
        var script = TopicBroadcasterScript(history: history)
        script.open(1)
        for number in 0..<10 { script.publish("t\(number % 2) \(number)") }
        script.open(2, prefixes, after: position)
        script.publish("t0 10")
        return script.texts(2)
    }

    @Test func `Who comes back gets what it missed, and then what comes`() {
        #expect(Self.returning(after: .after(1007)) == ["t1 7", "t0 8", "t1 9", "t0 10"])
        #expect(Self.returning(after: .after(1006)) == ["t0 6", "t1 7", "t0 8", "t1 9", "t0 10"])
        #expect(Self.returning(after: .after(1007), ["t0"]) == ["t0 8", "t0 10"])
        #expect(Self.returning(after: .after(1010)) == ["t0 10"])
        #expect(Self.returning(after: .now) == ["t0 10"])
    }

    @Test func `Without a history nothing is sent again, and who missed nothing is told nothing`() {
        #expect(Self.returning(after: .after(1010), history: 0) == ["t0 10"])
        #expect(Self.returning(after: .after(1009), history: 0) == ["gap ", "t0 10"])
    }

    @Test(arguments: [
        // Older than what is kept.
        Position.after(1005),
        // Of an earlier process, whose numbers may be smaller or greater; or of nobody.
        .after(999), .after(1000), .after(3), .after(1011), .after(.max),
        .unreadable,
    ])
    private func `What is missing, or may be, is a gap, and what there is follows`(position: Position) {
        #expect(Self.returning(after: position) == ["gap ", "t0 6", "t1 7", "t0 8", "t1 9", "t0 10"])
    }

    @Test func `A number that was given to another route is a gap`() {
        var script = TopicBroadcasterScript(routes: [
            TopicRoute(label: "/x/", endpoints: ["tcp://a:1"], history: 9),
            TopicRoute(label: "/y/", endpoints: ["tcp://b:1"], history: 9),
        ])
        script.open(1, route: "/x/")
        script.open(2, route: "/y/")
        script.publish("t 1", from: "tcp://a:1")
        script.publish("t 2", from: "tcp://b:1")
        script.publish("t 3", from: "tcp://a:1")
        script.publish("t 4", from: "tcp://b:1")
        script.open(3, after: .after(1003), route: "/y/")
        script.open(4, after: .after(1002), route: "/y/")
        #expect(script.texts(3) == ["gap ", "t 4"])
        #expect(script.texts(4) == ["t 4"])
    }

    @Test func `A time when nobody listened is a gap`() {
        var script = TopicBroadcasterScript()
        script.open(1, ["t"])
        script.publish("t 1")
        let last = script.last(1)
        script.close(1)
        script.open(2, ["t"], after: last)
        #expect(script.texts(2) == ["gap "])
        // Somebody else listened all the time.
        script.publish("t 2")
        script.open(3, ["t1"], after: script.last(2))
        script.close(2)
        script.publish("t1 3")
        script.open(4, ["t1"], after: script.last(3))
        #expect(script.texts(3) == ["t1 3"] && script.texts(4) == [])
        // Nobody listened to the rest of t.
        script.open(5, ["t"], after: script.last(3))
        #expect(script.texts(5) == ["gap "])
    }

    @Test func `What was listened to for a shorter prefix counts for a longer one`() {
        var script = TopicBroadcasterScript()
        script.open(1, ["t"])
        script.publish("t1 1")
        let last = script.last(1)
        script.open(2, ["t1"])
        script.close(1)
        script.publish("t1 2")
        script.open(3, ["t1", "t12"], after: last)
        #expect(script.texts(3) == ["t1 2"])
    }

    @Test func `A time when the publisher was not connected is a gap`() {
        var script = TopicBroadcasterScript()
        script.open(1)
        script.publish("t 1")
        script.broadcaster.connectionChanged(of: TopicBroadcasterScript.publisher, isConnected: false)
        script.open(2, after: script.last(1))
        #expect(script.texts(2) == ["gap "])
        script.broadcaster.connectionChanged(of: TopicBroadcasterScript.publisher, isConnected: true)
        script.open(3, after: script.last(1))
        #expect(script.texts(3) == ["gap "])
        let last = script.last(1)
        script.publish("t 2")
        script.open(4, after: last)
        script.open(5, after: script.last(1))
        #expect(script.texts(4) == ["gap ", "t 2"] && script.texts(5) == [])
    }

    @Test func `A long history does not count as being slow, and costs a reader no memory`() {
        var script = TopicBroadcasterScript(history: 1000, buffer: 1000)
        script.open(1)
        for number in 0..<1001 {
            script.publish("t \(number)")
            script.take(1)
        }
        script.open(2, after: .after(1001))
        #expect(script.broadcaster.readers[1].queue.count <= 1)
        script.publish("t 1001")
        for _ in 0..<1000 { script.take(2) }
        // The history has lost one of those in the meantime.
        #expect(script.texts(2).count(where: { $0.hasPrefix("t ") }) == 1001)
        #expect(script.broadcaster.snapshot().routes[0].dropped == 0)
        script.publish("t 1002")
        #expect(script.texts(2).last == "t 1002" && script.broadcaster.readers[1].replay == nil)
    }

    @Test func `Who is overtaken by the history is told how many it lost`() {
        var script = TopicBroadcasterScript(history: 10, buffer: 400)
        script.open(1)
        for number in 0..<11 { script.publish("t \(number)") }
        script.open(2, after: .after(1001))
        for number in 11..<50 { script.publish("t \(number)", "u \(number)") }
        script.close(1)
        for _ in 0..<100 { script.take(2) }
        let texts = script.texts(2)
        let dropped = texts.filter { $0.hasPrefix("dropped ") }.compactMap { Int($0.dropFirst(8)) }.reduce(0, +)
        #expect(texts.count(where: { !$0.hasPrefix("dropped ") }) + dropped == 10 + 2 * 39)
        #expect(texts.last == "u 49")
        script.publish("t 50")
        #expect(script.texts(2).last == "t 50")
    }

    @Test func `A history of another size keeps what it can`() {
        var script = TopicBroadcasterScript(history: 4)
        script.open(1)
        script.publish("t 1", "t 2", "t 3", "t 4")
        script.broadcaster.reconfigure([
            TopicRoute(label: "/r/", endpoints: [TopicBroadcasterScript.publisher], history: 2)
        ])
        script.open(2, after: .after(1002))
        script.open(3, after: .after(1001))
        #expect(script.texts(2) == ["t 3", "t 4"])
        #expect(script.texts(3) == ["gap ", "t 3", "t 4"])
    }
}
