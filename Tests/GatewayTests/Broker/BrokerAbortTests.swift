import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite struct BrokerAbortTests {
    @Test(arguments: [true, false])
    func `A request that is given up fails at once, whatever its method, and its place is free`(idempotent: Bool) throws
    {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1, idempotent: idempotent)
        script.submit(2)
        script.ready("b", "other")
        _ = script.log()
        try script.abort("a", 1, "the disk is full")
        #expect(script.log() == ["1 worker-aborted", "→ a REQUEST 2"])
        #expect(script.reports.last == "1 aborted by a: the disk is full")
        #expect(script.broker.counters.retries == 0)
        try script.final("a", 2)
        #expect(script.log() == ["2 reply 200 done"])
        #expect(script.broker.isIdle)
    }

    @Test func `A stream that is given up is cut at once, and its place is free`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "cancel=1")
        script.submit(1)
        script.submit(2)
        _ = script.log()
        try script.partial("a", 1)
        try script.abort("a", 1)
        // Without CANCEL: the worker knows.
        #expect(script.log() == ["1 begin 200 piece", "1 cut", "→ a REQUEST 2"])
        #expect(script.broker.snapshot().inFlight == 1)
    }

    @Test func `A request that nobody waits for may be given up instead of answered`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "cancel=1")
        script.submit(1)
        script.submit(2)
        _ = script.log()
        script.cancel(1)
        #expect(script.log() == ["→ a CANCEL 1"])
        try script.abort("a", 1)
        #expect(script.log() == ["→ a REQUEST 2"])
        #expect(script.broker.counters.lateReplies == 0)
        #expect(script.broker.counters.violations == 0)
    }

    @Test func `What comes after the end of a request is dropped and counted`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "concurrency=2")
        script.submit(1)
        script.submit(2)
        _ = script.log()
        try script.abort("a", 1)
        #expect(script.log() == ["1 worker-aborted"])
        try script.partial("a", 1)
        try script.final("a", 1)
        try script.abort("a", 1)
        #expect(script.log() == [])
        #expect(script.broker.counters.lateReplies == 2)
        try script.final("a", 2)
        #expect(script.log() == ["2 reply 200 done"])
    }

    @Test func `A piece that comes after the deadline is counted as late`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1, timeout: .seconds(1))
        try script.pass(.seconds(1))
        #expect(script.quietLog() == ["→ a REQUEST 1", "1 timeout-worker"])
        try script.partial("a", 1)
        try script.final("a", 1)
        try script.partial("a", 1)
        #expect(script.log() == [])
        #expect(script.broker.counters.lateReplies == 3)
        #expect(script.broker.snapshot().workers.count == 1)
    }

    @Test func `A draining broker is done when its last request is given up`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1)
        _ = script.log()
        script.broker.drain(now: script.now)
        try script.abort("a", 1)
        #expect(script.log() == ["1 worker-aborted", "→ a DISCONNECT"])
    }

    @Test func `A client of MDP gets no reply to what is given up`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1, frames: ["any", "thing"])
        _ = script.log()
        let tag = try #require(script.deliveries["a"]?.frames[2])
        try script.say("a", .abort(request: tag, reason: "no"))
        #expect(script.log() == ["1 worker-aborted"])
    }
}
