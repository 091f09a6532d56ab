import ProcessSupport
import SwiftZMQ
import Testing

@testable import Gateway

struct TopicBroadcasterTests {
    @Test func `A reader gets what begins with one of its prefixes, once and in order`() {
        var script = TopicBroadcasterScript()
        script.open(1, ["10001", "2"])
        script.open(2, [""])
        script.open(3, ["1", "10", "10001"])
        script.publish("10001 42", "100012 x", "1000 y", "2 z", "3")
        #expect(script.texts(1) == ["10001 42", "100012 x", "2 z"])
        #expect(script.texts(2) == ["10001 42", "100012 x", "1000 y", "2 z", "3 "])
        #expect(script.texts(3) == ["10001 42", "100012 x", "1000 y"])
        let ids = script.events(2).compactMap { UInt64($0.lastEventID) }
        #expect(ids == Array(1001...1005))
    }

    @Test func `A single frame has its topic up to the first blank, and of several the first is the topic`() {
        var script = TopicBroadcasterScript()
        script.open(1, ["a b"])
        script.open(2, ["a"])
        script.publish(["a b", "c", " d"])
        script.publish("a b c")
        script.publish("a\tb c")
        script.publish(["a"])
        #expect(script.texts(1) == ["a b c d"])
        #expect(script.texts(2) == ["a b c d", "a b c", "a b c", "a "])
    }

    @Test func `It listens to what somebody wants, and to nothing else`() {
        var script = TopicBroadcasterScript()
        script.open(1, ["a", "ab", "b"])
        script.open(2, ["a"])
        script.open(3, ["ab"])
        #expect(script.log == ["+a", "+b", "+ab"])
        script.close(1)
        #expect(script.log == ["+a", "+b", "+ab", "-b"])
        script.close(3)
        script.close(3)
        script.close(2)
        #expect(script.log == ["+a", "+b", "+ab", "-b", "-ab", "-a"])
        // What was on its way already is nobody's.
        script.publish("a 1")
        #expect(script.broadcaster.snapshot().routes == [.init(label: "/r/", clients: 0, messages: 0, dropped: 0)])
    }

    @Test func `A publisher of two routes is listened to once, and each route counts what its readers wanted`() {
        let routes = [
            TopicRoute(label: "/x/", endpoints: ["tcp://a:1", "tcp://b:1"], history: 0),
            TopicRoute(label: "/y/", endpoints: ["tcp://a:1"], history: 0),
        ]
        var script = TopicBroadcasterScript(routes: routes)
        script.open(1, ["t"], route: "/x/")
        script.open(2, ["t"], route: "/y/")
        script.open(3, ["u"], route: "/y/")
        #expect(script.subscribed == ["tcp://a:1": ["t", "u"], "tcp://b:1": ["t"]])
        script.publish("t 1", "u 2")
        script.publish("t 3", from: "tcp://b:1")
        #expect(script.texts(1) == ["t 1", "t 3"])
        #expect(script.texts(2) == ["t 1"])
        #expect(script.events(1)[0].lastEventID == script.events(2)[0].lastEventID)
        script.close(1)
        #expect(script.subscribed == ["tcp://a:1": ["t", "u"], "tcp://b:1": []])
        #expect(
            Set(script.broadcaster.snapshot().routes) == [
                .init(label: "/x/", clients: 0, messages: 2, dropped: 0),
                .init(label: "/y/", clients: 2, messages: 2, dropped: 0),
            ])
    }

    @Test func `A reader that takes nothing loses the oldest, is told how many, and delays nobody`() {
        var script = TopicBroadcasterScript(buffer: 1000)
        script.open(1)
        script.open(2)
        for number in 0..<200 {
            script.publish("topic \(number)")
            script.take(2)
        }
        #expect(script.texts(2).count == 200)
        let before = script.texts(1)
        #expect(before == (0..<before.count).map { "topic \($0)" })
        script.take(1)
        script.take(1)
        script.take(1)
        let after = script.texts(1).dropFirst(before.count)
        let told = after.first.map { $0.split(separator: " ") } ?? []
        #expect(told.first == "dropped")
        let dropped = told.last.flatMap { Int($0) } ?? 0
        #expect(before.count + dropped + after.count - 1 == 200)
        #expect(Array(after.dropFirst()) == (before.count + dropped..<200).map { "topic \($0)" })
        #expect(script.broadcaster.snapshot().routes[0].dropped == dropped)
        // About half of the buffer is on its way, and the other half waits.
        #expect((25...35).contains(before.count + after.count - 1))
    }

    @Test func `A message larger than the buffer waits, alone, and comes whole`() {
        var script = TopicBroadcasterScript(buffer: 1000)
        let large = String(repeating: "x", count: 10_000)
        script.open(1)
        script.publish("a 1", "b \(large)", "c 2", "d 3", "e \(large)")
        for _ in 0..<100 { script.take(1) }
        #expect(script.texts(1) == ["a 1", "b \(large)", "dropped 2", "e \(large)"])
    }

    @Test func `A reader that is sent a part of a message gets the rest of it before it is told of what was dropped`() {
        var script = TopicBroadcasterScript(buffer: 200)
        script.open(1)
        script.publish("a \(String(repeating: "x", count: 300))")
        for number in 0..<50 { script.publish("b \(number)") }
        for _ in 0..<20 { script.take(1) }
        let texts = script.texts(1)
        #expect(texts.first?.hasPrefix("a x") == true)
        #expect(texts.dropFirst().first?.hasPrefix("dropped ") == true)
        #expect(texts.last == "b 49")
    }

    @Test func `Every fifteen seconds there is a comment, but for those who take nothing`() {
        var script = TopicBroadcasterScript(buffer: 200)
        script.open(1)
        script.open(2)
        // One goes ahead of everything, as some proxies wait for the first byte of the body.
        #expect(script.clients[1]?.stream.comments == 1)
        script.pass(.seconds(14))
        #expect(script.clients[1]?.stream.comments == 1)
        for _ in 0..<20 { script.publish("a 1") }
        script.take(2)
        script.take(2)
        script.take(2)
        for _ in 0..<3 { script.pass(.seconds(15)) }
        #expect(script.clients[1]?.stream.comments == 1)
        #expect(script.clients[2]?.stream.comments == 4)
        script.close(2)
        script.close(1)
        script.pass(.seconds(60))
        #expect(script.broadcaster.nextDeadline == nil)
    }

    @Test func `What a message costs does not grow with the readers of other topics`() {
        func seconds(among count: Int) -> Double {
            var script = TopicBroadcasterScript(history: 0)
            for number in 0..<count { script.open(UInt64(number), ["topic/\(number)/"]) }
            var effects: [TopicEffect] = []
            let time = ContinuousClock().measure {
                for _ in 0..<5000 {
                    script.broadcaster.receive(["topic/7/temperature", "20"], from: TopicBroadcasterScript.publisher)
                    script.broadcaster.flush()
                    script.broadcaster.takeEffects(into: &effects)
                }
            }
            #expect(script.broadcaster.snapshot().routes.map(\.messages) == [5000])
            return time / .seconds(1)
        }
        let few = (0..<3).map { _ in seconds(among: 10) }.min() ?? 0
        let many = (0..<3).map { _ in seconds(among: 20_000) }.min() ?? 0
        // A look at each reader would take a hundred times as long.
        #expect(many < few * 20)
    }

    @Test func `A HEAD gets the head alone, and a route that is gone is unknown`() {
        var script = TopicBroadcasterScript()
        script.open(1, isHead: true)
        script.open(2, route: "/other/")
        #expect(script.clients[1]?.hasBegun == true && script.log == [])
        #expect(script.clients[2]?.failure == .unknownService)
    }

    @Test func `A drain ends every stream, and those that come at once`() {
        var script = TopicBroadcasterScript()
        script.open(1)
        script.open(2, ["a"])
        script.broadcaster.drain()
        script.settle()
        script.open(3)
        for number: UInt64 in 1...3 {
            #expect(script.clients[number]?.hasBegun == true && script.clients[number]?.hasEnded == true)
        }
        #expect(script.subscribed == [TopicBroadcasterScript.publisher: []])
    }

    @Test func `Of other routes, the streams go on where the place is the same, and end where it is gone`() {
        var script = TopicBroadcasterScript(routes: [
            TopicRoute(label: "/x/", endpoints: ["tcp://a:1"], history: 2),
            TopicRoute(label: "/y/", endpoints: ["tcp://a:1"], history: 2),
        ])
        script.open(1, ["t"], route: "/x/")
        script.open(2, ["u"], route: "/y/")
        script.broadcaster.reconfigure([
            TopicRoute(label: "/x/", endpoints: ["tcp://b:1"], history: 1),
            TopicRoute(label: "/z/", endpoints: ["tcp://c:1"], history: 1),
        ])
        script.settle()
        #expect(script.clients[1]?.hasEnded == false && script.clients[2]?.hasEnded == true)
        #expect(script.subscribed == ["tcp://a:1": [], "tcp://b:1": ["t"]])
        script.open(3, ["v"], route: "/z/")
        script.publish("t 1", from: "tcp://b:1")
        script.publish("v 2", from: "tcp://c:1")
        script.publish("t 3", from: "tcp://a:1")
        #expect(script.texts(1) == ["t 1"] && script.texts(3) == ["v 2"])
    }
}
