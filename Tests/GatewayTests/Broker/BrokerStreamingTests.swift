import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite struct BrokerStreamingTests {
    @Test func `A streamed reply reaches the client piece by piece`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1)
        _ = script.log()
        try script.partial("a", 1, ["206\r\n", "one"])
        #expect(script.log() == ["1 begin 206 one"])
        try script.partial("a", 1, ["two", "three"])
        try script.partial("a", 1, [""])
        try script.final("a", 1, ["last"])
        #expect(script.log() == ["1 piece twothree", "1 piece ", "1 end last"])
        #expect(script.broker.isIdle)
    }

    @Test func `The request's deadline ends with the first byte`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1, timeout: .seconds(1))
        _ = script.log()
        try script.partial("a", 1)
        try script.pass(.seconds(20), heartbeats: ["a"])
        try script.final("a", 1)
        #expect(script.quietLog() == ["1 begin 200 piece", "1 end done"])
    }

    @Test func `A stream that brings nothing for the idle time is cut`() throws {
        var script = BrokerScript { $0.streamIdleTimeout = .seconds(10) }
        script.ready("a", "s", "cancel=1")
        script.submit(1)
        _ = script.log()
        try script.partial("a", 1)
        try script.pass(.seconds(9), heartbeats: ["a"])
        try script.partial("a", 1)
        try script.pass(.milliseconds(9900), heartbeats: ["a"])
        #expect(script.quietLog() == ["1 begin 200 piece", "1 piece piece"])
        try script.pass(.milliseconds(100), heartbeats: ["a"])
        #expect(script.quietLog() == ["1 cut", "→ a CANCEL 1"])
        try script.partial("a", 1)
        try script.final("a", 1)
        #expect(script.log() == [])
        #expect(script.broker.counters.lateReplies == 2)
    }

    @Test(arguments: [false, true])
    func `A malformed head is answered for the worker, which stays`(streamed: Bool) throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1)
        script.submit(2)
        _ = script.log()
        if streamed { try script.partial("a", 1, ["200\n", "x"]) } else { try script.final("a", 1, ["200\n", "x"]) }
        if streamed {
            #expect(script.log() == ["1 worker-reply-invalid"])
            try script.final("a", 1)
            #expect(script.log() == ["→ a REQUEST 2"])
        } else {
            #expect(script.log() == ["1 worker-reply-invalid", "→ a REQUEST 2"])
        }
        #expect(script.reports.contains("1 invalid: forbidden-byte"))
    }

    @Test(arguments: [true, false])
    func `A stream whose worker is lost is cut, whatever its method`(idempotent: Bool) throws {
        var script = BrokerScript()
        script.ready("a")
        script.ready("b")
        script.submit(1, idempotent: idempotent)
        _ = script.log()
        try script.partial("a", 1)
        try script.say("a", .disconnect)
        #expect(script.log() == ["1 begin 200 piece", "1 cut"])
    }

    @Test func `A worker with credit is granted what the client has taken, and cut when it sends more`() throws {
        var script = BrokerScript { $0.streamCredit = 100 }
        script.ready("a", "s", "credit=1\ncancel=1")
        script.submit(1)
        _ = script.log()
        let head = try #require(script.deliveries["a"]?.frames[4])
        #expect(String(head).hasSuffix("x-stream-credit: 100\r\n\r\n"))
        func piece(_ bytes: Int) -> BodyFrames { [Frame([UInt8](repeating: 65, count: bytes))] }
        try script.partial("a", 1, piece(60))
        script.broker.consumed(RequestID(loop: 7, number: 1), bytes: 49, now: script.now)
        #expect(script.log().count == 1)
        script.broker.consumed(RequestID(loop: 7, number: 1), bytes: 11, now: script.now)
        #expect(script.log() == ["→ a CREDIT 1 60"])
        try script.partial("a", 1, piece(100))
        #expect(script.log().count == 1)
        try script.partial("a", 1, piece(1))
        #expect(script.log() == ["1 cut", "→ a CANCEL 1"])
        #expect(script.reports.contains("1 exceeded its credit"))
    }

    @Test func `A request may allow less than the settings, and the worker is granted as much less at a time`() throws {
        var script = BrokerScript { $0.streamCredit = 100 }
        script.ready("a", "s", "credit=1")
        script.submit(1, streamCredit: 400)
        _ = script.log()
        #expect(String(try #require(script.deliveries["a"]?.frames[4])).hasSuffix("x-stream-credit: 100\r\n\r\n"))
        try script.final("a", 1)
        script.submit(2, streamCredit: 40)
        _ = script.log()
        #expect(String(try #require(script.deliveries["a"]?.frames[4])).hasSuffix("x-stream-credit: 40\r\n\r\n"))
        func piece(_ bytes: Int) -> BodyFrames { [Frame([UInt8](repeating: 65, count: bytes))] }
        try script.partial("a", 2, piece(40))
        script.broker.consumed(RequestID(loop: 7, number: 2), bytes: 20, now: script.now)
        #expect(script.log().last == "→ a CREDIT 2 20")
        try script.partial("a", 2, piece(21))
        #expect(script.log() == ["2 cut"])
    }

    @Test func `Without pacing a worker that asked for credit streams like all others`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "credit=1")
        script.submit(1)
        _ = script.log()
        #expect(script.deliveries["a"]?.frames[4] == "head 1\r\n\r\n")
        try script.partial("a", 1)
        script.broker.consumed(RequestID(loop: 7, number: 1), bytes: 1000, now: script.now)
        #expect(script.log() == ["1 begin 200 piece"])
    }

    @Test func `A worker without credit is waited for only when it may send`() throws {
        var script = BrokerScript {
            $0.streamIdleTimeout = .seconds(10)
            $0.streamCredit = 5
        }
        script.ready("a", "s", "credit=1")
        script.submit(1)
        _ = script.log()
        try script.partial("a", 1, ["200\r\n", "12345"])
        try script.pass(.seconds(60), heartbeats: ["a"])
        #expect(script.quietLog() == ["1 begin 200 12345"])
        script.broker.consumed(RequestID(loop: 7, number: 1), bytes: 5, now: script.now)
        try script.pass(.milliseconds(9900), heartbeats: ["a"])
        #expect(script.quietLog() == ["→ a CREDIT 1 5"])
        try script.pass(.milliseconds(200), heartbeats: ["a"])
        #expect(script.quietLog() == ["1 cut"])
    }

    @Test(arguments: [false, true]) func `A piece over the limit ends its stream`(isLast: Bool) throws {
        var script = BrokerScript { $0.maximumReply = 10 }
        script.ready("a")
        script.submit(1)
        _ = script.log()
        try script.partial("a", 1, ["200\r\n", "12345"])
        if isLast {
            try script.final("a", 1, ["123456", "78901"])
        } else {
            try script.partial("a", 1, ["123456", "78901"])
        }
        #expect(script.quietLog() == ["1 begin 200 12345", "1 cut"])
    }
}
