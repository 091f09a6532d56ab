import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

/// WebSockets to workers, without sockets.
@Suite struct BrokerWebSocketTests {
    private static let accepted: BodyFrames = ["101\r\n", ""]

    /// A broker with a worker whose WebSocket for request 1 stands.
    private func open(_ properties: String = "websocket=1") throws -> BrokerScript {
        var script = BrokerScript()
        script.ready("w", "s", properties)
        script.submit(1, webSocket: .wanted)
        #expect(script.log() == ["→ w WEBSOCKET 1"])
        try script.partial("w", 1, Self.accepted)
        #expect(script.log() == ["1 open 101 -"])
        return script
    }

    private func send(_ script: inout BrokerScript, _ kind: WebSocketMessageKind, _ data: Frame, _ number: UInt64 = 1) {
        script.broker.send(kind, data, for: RequestID(loop: 7, number: number), now: script.now)
    }

    @Test func `Messages go both ways until the worker ends`() throws {
        var script = try open()
        send(&script, .text, "hi")
        try script.partial("w", 1, ["text", "ho"])
        try script.partial("w", 1, ["binary", ""])
        try script.final("w", 1, ["close", "4000", "why"])
        #expect(
            script.log() == [
                "→ w MESSAGE 1 text hi", "1 message text ho", "1 message binary ", "1 closed 4000 why",
            ])
        send(&script, .text, "late")
        #expect(script.log() == [] && script.broker.isIdle)
    }

    @Test(
        arguments: [
            (["close"], "1 closed 1000 "), (["close", "", ""], "1 closed 1000 "),
            (["close", "1001"], "1 closed 1001 "),
            (["close", "1005"], "1 closed 1011 the worker failed"),
            (["close", "x"], "1 closed 1011 the worker failed"),
            (["text", "a"], "1 closed 1011 the worker failed"), ([""], "1 closed 1011 the worker failed"),
            (["close", "1000", "a", "b"], "1 closed 1011 the worker failed"),
        ] as [(BodyFrames, String)])
    func `A FINAL ends with its code and reason, and one that is no end with 1011`(
        frames: BodyFrames, line: String
    ) throws {
        var script = try open()
        try script.final("w", 1, frames)
        #expect(script.log() == [line] && script.broker.isIdle)
    }

    @Test(arguments: [["a"], ["close", "1000"], ["text"], ["text", "a", "b"], ["", ""]] as [BodyFrames])
    func `A PARTIAL that is no message ends it with 1011, and the worker is told`(frames: BodyFrames) throws {
        var script = try open("websocket=1\ncancel=1")
        try script.partial("w", 1, frames)
        #expect(script.log() == ["1 closed 1011 the worker failed", "→ w CANCEL 1"])
    }

    @Test func `The client's end reaches the worker, whose FINAL frees its place and is not late`() throws {
        var script = try open("websocket=1\ncancel=1")
        script.submit(2)
        send(&script, .close, Frame([3, 232]))
        #expect(script.log() == ["→ w MESSAGE 1 close \(Frame([3, 232]))"])
        try script.final("w", 1, ["close"])
        #expect(script.log() == ["→ w REQUEST 2"])
        #expect(script.broker.counters.lateReplies == 0)
    }

    @Test func `Of a client that is gone a worker hears CANCEL, or an end without data`() throws {
        var cancelled = try open("websocket=1\ncancel=1")
        cancelled.cancel(1)
        #expect(cancelled.log() == ["→ w CANCEL 1"])
        var closed = try open()
        closed.cancel(1)
        #expect(closed.log() == ["→ w MESSAGE 1 close "])
    }

    @Test func `A worker without CANCEL that accepts when nobody waits any more is told the end`() throws {
        for properties in ["websocket=1", "websocket=1\ncancel=1"] {
            var script = BrokerScript()
            script.ready("w", "s", properties)
            script.submit(1, webSocket: .wanted)
            _ = script.log()
            script.cancel(1)
            let wantsCancel = properties.contains("cancel")
            #expect(script.log() == (wantsCancel ? ["→ w CANCEL 1"] : []))
            try script.partial("w", 1, Self.accepted)
            try script.partial("w", 1, ["text", "to nobody"])
            #expect(script.log() == (wantsCancel ? [] : ["→ w MESSAGE 1 close "]))
            try script.final("w", 1, ["close"])
            script.submit(2)
            #expect(script.log() == ["→ w REQUEST 2"])
        }
        var late = BrokerScript()
        late.ready("w", "s", "websocket=1")
        late.submit(1, timeout: .seconds(2), webSocket: .wanted)
        _ = late.log()
        try late.pass(.seconds(3), heartbeats: ["w"])
        #expect(late.quietLog() == ["1 timeout-worker"])
        try late.partial("w", 1, Self.accepted)
        #expect(late.quietLog() == ["→ w MESSAGE 1 close "])
        try late.final("w", 1, ["close"])
        late.submit(2, webSocket: .wanted)
        _ = late.log()
        late.cancel(2)
        for piece in [["200\r\n", "an ordinary answer"], Self.accepted] as [BodyFrames] {
            try late.partial("w", 2, piece)
        }
        #expect(late.quietLog() == [])
    }

    @Test func `A worker that dies takes its WebSockets with it, and one that goes for good reason says so`() throws {
        var dead = try open()
        try dead.pass(.seconds(4))
        #expect(dead.quietLog() == ["1 closed 1011 the worker failed"])
        var drained = try open("websocket=1\ndrain=1")
        try drained.say("w", .drain)
        try drained.say("w", .disconnect)
        #expect(drained.log() == ["1 closed 1012 the service restarts"])
        var stopped = try open()
        stopped.broker.stop(now: stopped.now)
        #expect(stopped.log().first == "1 closed 1012 the service restarts")
        var aborted = try open()
        try aborted.abort("w", 1)
        #expect(aborted.log() == ["1 closed 1011 the worker failed"])
    }

    @Test func `No time without a message ends it`() throws {
        var script = try open()
        try script.pass(.seconds(200), heartbeats: ["w"])
        #expect(script.quietLog() == [])
    }

    @Test func `Credit is granted both ways`() throws {
        var script = BrokerScript { $0.streamCredit = 100 }
        script.ready("w", "s", "websocket=1\ncredit=1")
        script.submit(1, webSocket: .wanted)
        _ = script.log()
        try script.partial("w", 1, ["101\r\nx-stream-credit: 12\r\n", ""])
        try script.say("w", .credit(request: try #require(script.tag("w", 1)), bytes: 30))
        try script.partial("w", 1, ["binary", Frame([UInt8](repeating: 0, count: 60))])
        #expect(script.log().map { $0.prefix(16) } == ["1 open 101 12", "1 granted 30", "1 message binary"])
        script.broker.consumed(RequestID(loop: 7, number: 1), bytes: 60, now: script.now)
        #expect(script.log() == ["→ w CREDIT 1 60"])
        try script.partial("w", 1, ["binary", Frame([UInt8](repeating: 0, count: 101))])
        #expect(script.log().first == "1 closed 1011 the worker failed")
        #expect(script.reports.contains("1 exceeded its credit"))
    }

    @Test func `A worker that waits for the rest of its credit gets it, however little that is`() throws {
        var script = BrokerScript { $0.streamCredit = 100 }
        script.ready("w", "s", "websocket=1\ncredit=1")
        script.submit(1, webSocket: .wanted)
        _ = script.log()
        try script.partial("w", 1, Self.accepted)
        try script.partial("w", 1, ["binary", Frame([UInt8](repeating: 0, count: 10))])
        _ = script.log()
        let id = RequestID(loop: 7, number: 1)
        script.broker.consumed(id, bytes: 4, now: script.now)
        try script.pass(.milliseconds(900), heartbeats: ["w"])
        #expect(script.quietLog() == [])
        try script.pass(.milliseconds(100), heartbeats: ["w"])
        #expect(script.quietLog() == ["→ w CREDIT 1 4", "1 granted 0"])
        script.broker.consumed(id, bytes: 1, now: script.now)
        script.broker.consumed(id, bytes: 5, now: script.now)
        #expect(script.quietLog() == ["→ w CREDIT 1 1", "→ w CREDIT 1 5"])
        try script.partial("w", 1, ["binary", Frame([UInt8](repeating: 0, count: 100))])
        _ = script.log()
        // From then on much at a time again.
        script.broker.consumed(id, bytes: 24, now: script.now)
        #expect(script.log() == [])
        script.broker.consumed(id, bytes: 76, now: script.now)
        #expect(script.log() == ["→ w CREDIT 1 100"])
        try script.pass(.seconds(5), heartbeats: ["w"])
        #expect(script.quietLog() == [])
    }

    @Test(arguments: ["x-stream-credit: x\r\n", "x-stream-credit: 1\r\nx-stream-credit: 1\r\n"])
    func `A credit that is no number makes the acceptance invalid`(line: String) throws {
        var script = BrokerScript()
        script.ready("w", "s", "websocket=1")
        script.submit(1, webSocket: .wanted)
        _ = script.log()
        try script.partial("w", 1, [Frame("101\r\n" + line), ""])
        #expect(script.log() == ["1 worker-reply-invalid"])
    }

    @Test func `A worker may grant only where it serves WebSockets`() throws {
        var script = BrokerScript()
        script.ready("w")
        script.submit(1)
        _ = script.log()
        try script.say("w", .credit(request: try #require(script.tag("w", 1)), bytes: 1))
        _ = script.log()
        #expect(script.reports.contains("w lost: unexpected-command"))
    }

    // MARK: Whom it is for

    @Test func `As long as there are workers that serve WebSockets it is for them alone`() throws {
        var script = BrokerScript()
        script.ready("w", "s", "websocket=1")
        script.ready("o")
        script.submit(1)
        script.submit(2)
        #expect(script.log() == ["→ w REQUEST 1", "→ o REQUEST 2"])
        try script.final("o", 2)
        script.submit(3, webSocket: .wanted)
        script.submit(4)
        #expect(script.log() == ["2 reply 200 done", "→ o REQUEST 4"])
        try script.final("w", 1)
        #expect(script.log() == ["1 reply 200 done", "→ w WEBSOCKET 3"])
    }

    @Test func `Without such a worker it is a request like any other`() throws {
        var script = BrokerScript()
        script.ready("o")
        script.submit(1, webSocket: .wanted)
        script.submit(2, webSocket: .refused(.badRequest))
        #expect(script.log() == ["→ o REQUEST 1"])
        try script.final("o", 1)
        #expect(script.log() == ["1 reply 200 done", "→ o REQUEST 2"])
    }

    @Test func `What waits for such a worker goes to others once the last is gone`() throws {
        var script = BrokerScript()
        script.ready("w", "s", "websocket=1\ndrain=1")
        script.submit(1)
        script.submit(2, webSocket: .wanted)
        script.ready("o")
        #expect(script.log() == ["→ w REQUEST 1"])
        try script.say("w", .drain)
        #expect(script.log() == ["→ o REQUEST 2"])
    }

    @Test func `What is refused of a WebSocket is so where it would be served`() {
        var script = BrokerScript()
        script.ready("w", "s", "websocket=1")
        script.submit(1, webSocket: .refused(.originNotAllowed))
        #expect(script.log() == ["1 origin-not-allowed"])
    }

    @Test func `Such a worker may answer otherwise`() throws {
        var script = BrokerScript()
        script.ready("w", "s", "websocket=1")
        script.submit(1, webSocket: .wanted)
        _ = script.log()
        try script.final("w", 1, ["403 No\r\n", "no"])
        #expect(script.log() == ["1 reply 403 no"])
        script.submit(2, webSocket: .wanted)
        _ = script.log()
        try script.partial("w", 2, ["200\r\n", "a"])
        try script.final("w", 2, ["b"])
        #expect(script.log() == ["2 begin 200 a", "2 end b"])
    }

    @Test func `An answer of 101 is 426 where either end speaks of WebSockets, and else none at all`() throws {
        var script = BrokerScript()
        script.ready("o", "s", "concurrency=3")
        script.submit(1, webSocket: .wanted)
        script.submit(2)
        _ = script.log()
        try script.partial("o", 1, Self.accepted)
        try script.final("o", 2, Self.accepted)
        #expect(script.log() == ["1 upgrade-required", "2 worker-reply-invalid"])
        script.ready("v", "u", "websocket=1")
        script.submit(4, "u")
        _ = script.log()
        try script.final("v", 4, Self.accepted)
        #expect(script.log() == ["4 upgrade-required"])
        script.ready("w", "t", "websocket=1")
        script.submit(3, "t", webSocket: .wanted)
        _ = script.log()
        try script.final("w", 3, Self.accepted)
        #expect(script.log() == ["3 worker-reply-invalid"])
    }

    @Test func `A head alone is enough to accept, and bytes behind it are too many`() throws {
        var script = BrokerScript()
        script.ready("w", "s", "websocket=1\nconcurrency=2")
        script.submit(1, webSocket: .wanted)
        script.submit(2, webSocket: .wanted)
        _ = script.log()
        try script.partial("w", 1, ["HTTP/1.1 101 Switching Protocols\r\n\r\n"])
        try script.partial("w", 2, ["101\r\n", "more"])
        #expect(script.log() == ["1 open 101 -", "2 worker-reply-invalid"])
    }

    @Test func `Before it is accepted it is sent to another worker as any GET is`() throws {
        var script = BrokerScript()
        script.ready("w", "s", "websocket=1")
        script.submit(1, webSocket: .wanted)
        script.ready("v", "s", "websocket=1")
        _ = script.log()
        try script.say("w", .disconnect)
        #expect(script.log() == ["→ v WEBSOCKET 1"])
    }

    // MARK: A worker that does not read

    @Test func `What a full pipe has no room for waits in order, and the client with it`() throws {
        var script = try open()
        send(&script, .text, "a")
        send(&script, .text, "b")
        #expect(script.log(failing: ["w": .full]) == ["1 paused"])
        send(&script, .text, "c")
        #expect(script.log(failing: ["w": .full]) == [])
        try script.say("w", .heartbeat)
        #expect(
            script.log() == [
                "→ w MESSAGE 1 text a", "→ w MESSAGE 1 text b", "→ w MESSAGE 1 text c", "1 resumed",
            ])
    }

    @Test func `Nothing that waits is sent to a worker that is gone`() throws {
        var script = try open()
        send(&script, .text, "a")
        _ = script.log(failing: ["w": .full])
        try script.say("w", .disconnect)
        script.ready("w", "s", "websocket=1")
        #expect(script.log() == ["1 closed 1011 the worker failed"])
        try script.say("w", .heartbeat)
        #expect(script.log() == [])
    }
}
