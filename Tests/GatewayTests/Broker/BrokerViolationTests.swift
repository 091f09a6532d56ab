import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

@Suite struct BrokerViolationTests {
    @Test func `A REQ worker that numbers its requests is refused once, with the remedy`() {
        var script = BrokerScript()
        script.message("a", ["1234", "", "READY", "s"])
        script.message("a", ["1234", "", "READY", "s"])
        #expect(script.log() == [])
        #expect(script.broker.counters.peersRefused == 1)
        #expect(script.reports.count == 1)
        script.submit(1)
        #expect(script.log() == ["1 unknown-service"])
    }

    @Test(arguments: [WorkerDialect.majordomo01, .majordomo02])
    func `READY twice is answered with DISCONNECT, and the worker may come again`(dialect: WorkerDialect) {
        var script = BrokerScript()
        script.ready("a", dialect: dialect)
        script.ready("b", dialect: dialect)
        script.submit(1)
        _ = script.log()
        script.ready("a", dialect: dialect)
        #expect(script.log() == ["→ a DISCONNECT", "→ b REQUEST 1"])
        #expect(script.reports.contains("a lost: unexpected-command"))
        script.submit(2)
        script.ready("a", dialect: dialect)
        #expect(script.log() == ["→ a REQUEST 2"])
    }

    @Test func `A REQ worker that says READY again while idle stays as it is`() {
        var script = BrokerScript()
        script.ready("a", dialect: .request)
        script.ready("a", dialect: .request)
        script.submit(1)
        #expect(script.log() == ["→ a REQUEST 1"])
        #expect(script.reports == ["a registered: s REQ"])
    }

    @Test func `A REQ worker that says READY again while busy has given its request up`() throws {
        var script = BrokerScript()
        script.ready("a", dialect: .request)
        script.submit(1, idempotent: false)
        script.submit(2)
        _ = script.log()
        script.ready("a", dialect: .request)
        #expect(script.log() == ["1 worker-lost", "→ a REQUEST 2"])
        try script.final("a", 2)
        #expect(script.log() == ["2 reply 200 done"])
    }

    @Test func `A command of a worker that is not registered is answered with one DISCONNECT`() throws {
        var script = BrokerScript()
        try script.say("a", .heartbeat)
        try script.say("a", .heartbeat)
        script.message("b", ["", "MDPW01", "\u{4}"])
        try script.say("c", .final(request: "0123456789abcdef", ["x"]))
        #expect(script.log().map { $0.prefix(3) } == ["→ a", "→ b", "→ c"])
        #expect(script.deliveries["b"]?.frames == ["", "MDPW01", "\u{5}"])
        try script.pass(.seconds(7))
        try script.say("a", .heartbeat)
        #expect(script.log() == ["→ a DISCONNECT"])
    }

    @Test func `Nothing is sent to a worker after its own DISCONNECT`() throws {
        var script = BrokerScript()
        script.ready("a")
        try script.say("a", .disconnect)
        try script.say("a", .heartbeat)
        try script.say("z", .disconnect)
        try script.say("z", .heartbeat)
        try script.pass(.seconds(2))
        #expect(script.log() == [])
    }

    @Test(
        arguments: [
            [""], ["", ""], ["x"], ["GET / HTTP/1.1\r\n"], ["", "hello"], ["", "READY"], ["MDPC02", "\u{1}", "s", "x"],
        ] as [Message])
    func `What is no message of a worker is dropped`(frames: Message) {
        var script = BrokerScript()
        script.message("a", frames)
        #expect(script.log() == [])
        #expect(script.broker.counters.messagesDropped == 1)
        #expect(script.broker.snapshot().workers.isEmpty)
    }

    @Test(
        arguments: [
            ["MDPW02"], ["MDPW02", "\u{1}"], ["MDPW02", "\u{1}", ""], ["MDPW02", "\u{1}", "mmi.service"],
            ["MDPW02", "\u{1}", "s", "concurrency=0"], ["MDPW02", "\u{1}", "s", "concurrency=2", ""],
            ["MDPW02", "\u{1}", "a\nb"], ["MDPW02", "\u{9}"],
        ] as [Message])
    func `A malformed registration is answered with DISCONNECT and its reason`(frames: Message) {
        var script = BrokerScript()
        script.message("a", frames)
        #expect(script.log() == ["→ a DISCONNECT"])
        #expect(script.reports.count == 1)
        script.submit(1, "s")
        #expect(script.log() == ["1 unknown-service"])
    }

    @Test(
        arguments: [
            ["", "READY", "s"], ["MDPW02", "\u{1}", "other"], ["MDPW02", "\u{2}", "x", "", "y"],
            ["MDPW02", "\u{4}", "x"],
            ["MDPW02", "\u{B}", "x"], ["MDPW02", "\u{B}", "x", "", ""], ["MDPW02", "\u{9}"], ["MDPW02", "\u{7}", "x"],
            ["MDPW02", "\u{63}"], [""],
        ] as [Message])
    func `An unexpected command costs a worker its registration, and its request goes on`(frames: Message) {
        var script = BrokerScript()
        script.ready("a")
        script.ready("b")
        script.submit(1)
        _ = script.log()
        script.message("a", frames)
        #expect(script.log() == ["→ a DISCONNECT", "→ b REQUEST 1"])
        #expect(script.broker.counters.violations == 1)
    }

    @Test func `A worker cannot answer a request that is outstanding at another`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.ready("thief")
        script.submit(1)
        _ = script.log()
        let tag = try #require(script.tag("a", 1))
        try script.say("thief", .final(request: tag, ["stolen"]))
        try script.say("thief", .abort(request: tag, reason: "stolen"))
        #expect(script.log() == [])
        #expect(script.broker.counters.lateReplies == 1)
        try script.final("a", 1)
        #expect(script.log() == ["1 reply 200 done"])
    }

    @Test(arguments: [WorkerDialect.majordomo01, .majordomo02])
    func `A second reply to a request is dropped, and what else the worker has goes on`(dialect: WorkerDialect) throws {
        var script = BrokerScript()
        script.ready("a", "s", dialect == .majordomo02 ? "concurrency=2" : "", dialect: dialect)
        script.submit(1)
        _ = script.log()
        try script.final("a", 1)
        script.submit(2)
        #expect(script.log() == ["1 reply 200 done", "→ a REQUEST 2"])
        try script.final("a", 1)
        #expect(script.log() == [])
        #expect(script.broker.counters.lateReplies == 1)
        #expect(script.broker.counters.violations == 0)
        try script.final("a", 2)
        #expect(script.log() == ["2 reply 200 done"])
    }

    @Test(arguments: [Frame("x"), Frame(), Frame("0123456789abcdef")])
    func `A reply with an id that was never given out is dropped`(tag: Frame) throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1)
        _ = script.log()
        try script.say("a", .partial(request: tag, ["x"]))
        try script.say("a", .final(request: tag, ["x"]))
        #expect(script.log() == [])
        #expect(script.broker.counters.lateReplies == 2)
        try script.final("a", 1)
        #expect(script.log() == ["1 reply 200 done"])
    }

    @Test func `The id of a request is compared to its last bit`() throws {
        for position in 0..<16 {
            var script = BrokerScript()
            script.ready("a")
            script.submit(1)
            _ = script.log()
            var bytes = [UInt8](try #require(script.tag("a", 1)))
            #expect(bytes.count == 16)
            bytes[position] ^= 1
            try script.say("a", .final(request: Frame(bytes), ["x"]))
            #expect(script.log() == [])
            #expect(script.broker.counters.lateReplies == 1)
        }
    }

    @Test func `An earlier attempt cannot be answered when the same peer has the request again`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1)
        _ = script.log()
        let first = try #require(script.tag("a", 1))
        try script.say("a", .disconnect)
        script.ready("a")
        #expect(script.log() == ["→ a REQUEST 1"])
        try script.say("a", .final(request: first, ["old"]))
        #expect(script.log() == [])
        try script.final("a", 1)
        #expect(script.log() == ["1 reply 200 done"])
    }

    @Test func `A REQ worker that answers without being asked is forgotten`() throws {
        var script = BrokerScript()
        script.ready("a", dialect: .request)
        script.message("a", ["", "unasked"])
        #expect(script.log() == [])
        #expect(script.broker.snapshot().workers.isEmpty)
    }

    @Test func `At the limit of workers the REQ worker that is idle longest makes room`() {
        var script = BrokerScript { $0.workerLimit = 2 }
        script.ready("a", dialect: .request)
        script.ready("b", dialect: .request)
        script.ready("c", dialect: .request)
        #expect(script.log() == [])
        #expect(script.reports.contains("a lost: evicted"))
        script.ready("d")
        script.ready("e")
        #expect(script.log() == [])
        #expect(script.reports.contains("b lost: evicted"))
        #expect(script.broker.snapshot().workers.count == 2)
        script.ready("f")
        #expect(script.log() == ["→ f DISCONNECT"])
    }

    @Test func `A busy REQ worker does not make room`() throws {
        var script = BrokerScript { $0.workerLimit = 1 }
        script.ready("a", dialect: .request)
        script.submit(1, timeout: .seconds(1))
        script.ready("b")
        #expect(script.log() == ["→ a REQUEST 1", "→ b DISCONNECT"])
        try script.pass(.seconds(1))
        script.ready("c")
        #expect(script.log() == ["1 timeout-worker"])
        #expect(script.reports.last == "c registered: s MDP/0.2")
    }

    @Test func `At the limit of names the one unused longest is forgotten, a configured one never`() throws {
        var script = BrokerScript {
            $0.services = ["fixed"]
            $0.serviceLimit = 2
        }
        for name in ["one", "two", "three"] {
            script.ready(name, name)
            try script.say(name, .disconnect)
        }
        #expect(script.broker.serviceIndex["one"] == nil)
        _ = script.log()
        #expect(script.reports.filter { $0.contains("forgotten") } == ["one forgotten"])
        for name in ["two", "three", "fixed"] { #expect(script.broker.serviceIndex[name] != nil) }
        script.ready("x", "x")
        script.ready("y", "y")
        _ = script.log()
        script.ready("z", "z")
        #expect(script.log() == ["→ z DISCONNECT"])
        #expect(script.reports.last == "z refused: no-room")
    }

    @Test func `A flood of strangers leaves nothing behind but the last of them`() throws {
        var script = BrokerScript()
        for number in 0..<20_000 { try script.say("w\(number)", .heartbeat) }
        #expect(script.log().count == 20_000)
        #expect(script.broker.snapshot().workers.isEmpty)
        #expect(script.broker.dismissed.count <= 8192)
        #expect(script.broker.nextDeadline == nil)
    }
}
