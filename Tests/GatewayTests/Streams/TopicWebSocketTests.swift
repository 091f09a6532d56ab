import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// Topic streams over WebSockets, without sockets.
struct TopicWebSocketTests {
    private func frames(_ script: TopicBroadcasterScript, _ number: UInt64) throws -> [WebSocketFrames.ServerFrame] {
        let read = try #require(WebSocketFrames.readServer(script.clients[number]?.frames ?? []))
        #expect(read.left == 0)
        return read.frames
    }

    @Test func `A message is a text of topic and payload, or binary where that is not UTF-8`() throws {
        var script = TopicBroadcasterScript()
        script.open(1, kind: .webSocket)
        #expect(script.clients[1]?.accepted?.status == 101 && script.clients[1]?.accepted?.fields == [])
        script.publish("a one")
        script.publish(["b c", "two", "three"])
        script.publish(["d", Frame([0xFF])])
        let got = try frames(script, 1)
        #expect(got.map(\.opcode) == [1, 1, 2])
        #expect(got[0].text == "a one" && got[1].text == "b c twothree")
        #expect(got[2].contents == Array("d ".utf8) + [0xFF])
    }

    @Test func `With the subprotocol json each is an object, with Base64 for what is not UTF-8`() throws {
        var script = TopicBroadcasterScript()
        script.open(1, kind: .webSocketJSON)
        #expect(script.clients[1]?.accepted?.fields == [.init(name: "sec-websocket-protocol", value: "json")])
        script.publish("a o\"ne")
        script.publish(["b", Frame([0xFF])])
        #expect(
            try frames(script, 1).map(\.text) == [
                #"{"topic":"a","payload":"o\"ne","id":1001}"#, #"{"topic":"b","payload_base64":"/w==","id":1002}"#,
            ])
    }

    @Test func `Who comes back gets what it missed, and is told of a gap where there is an object for it`() throws {
        var script = TopicBroadcasterScript(history: 2)
        script.open(9)
        script.publish("a 1", "a 2", "a 3")
        script.open(1, after: .after(1001), kind: .webSocketJSON)
        script.open(2, after: .unreadable, kind: .webSocketJSON)
        script.open(3, after: .unreadable, kind: .webSocket)
        #expect(try frames(script, 1).map(\.text).count == 2)
        #expect(try frames(script, 2).map(\.text).first == #"{"gap":true}"#)
        #expect(try frames(script, 3).map(\.text) == ["a 2", "a 3"])
    }

    @Test func `Who does not keep up loses the oldest, and is told how many`() throws {
        var script = TopicBroadcasterScript(buffer: 100)
        for (number, kind) in [(1, TopicReaderKind.webSocketJSON), (2, .webSocket)] as [(UInt64, TopicReaderKind)] {
            script.open(number, kind: kind)
        }
        for number in 1...20 { script.publish("a \(number)") }
        for _ in 0..<40 {
            script.take(1)
            script.take(2)
        }
        let objects = try frames(script, 1).map(\.text)
        let told = objects.compactMap { $0.hasPrefix("{\"dropped\":") ? Int($0.dropFirst(11).dropLast()) : nil }
        #expect(!told.isEmpty && told.reduce(0, +) + objects.count - told.count == 20)
        #expect(objects.last?.contains("\"payload\":\"20\"") == true)
        #expect(try frames(script, 2).map(\.text).last == "a 20")
        #expect(script.broadcaster.snapshot().routes[0].dropped > told.reduce(0, +))
    }

    @Test func `A message goes whole however large, and waits for the half of the window`() throws {
        var script = TopicBroadcasterScript(buffer: 200)
        script.open(1, kind: .webSocket)
        let large = String(repeating: "x", count: 5000)
        script.publish("a " + String(repeating: "y", count: 80))
        script.publish("b " + large)
        #expect(try frames(script, 1).count == 1)
        script.take(1, 60)
        #expect(try frames(script, 1).map(\.text).last == "b " + large)
    }

    @Test func `A WebSocket gets no comments, and ends when the route is gone`() throws {
        var script = TopicBroadcasterScript()
        script.open(1, kind: .webSocket)
        script.pass(.seconds(60))
        #expect(try frames(script, 1) == [])
        script.broadcaster.reconfigure([])
        script.settle()
        #expect(script.clients[1]?.hasEnded == true)
    }
}
