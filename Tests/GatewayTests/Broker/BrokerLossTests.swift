import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite struct BrokerLossTests {
    @Test func `A REQ worker whose connection is lost is lost after a heartbeat`() throws {
        var script = BrokerScript()
        script.ready("a", dialect: .request)
        script.broker.setConnection(7, of: "a", now: script.now)
        _ = script.log()
        script.broker.connectionClosed(7, now: script.now)
        try script.pass(.milliseconds(900))
        #expect(script.broker.counters.workersLost == 0)
        try script.pass(.milliseconds(100))
        #expect(script.broker.counters.workersLost == 1)
    }

    @Test func `The end of another connection of the same number costs no worker`() throws {
        var script = BrokerScript()
        script.ready("a", dialect: .request)
        script.broker.setConnection(7, of: "a", now: script.now)
        // What is told of the descriptor came later than the worker's message.
        script.broker.connectionClosed(7, now: script.now)
        script.broker.connectionOpened(7)
        script.broker.connectionClosed(8, now: script.now)
        try script.pass(.seconds(5))
        #expect(script.broker.counters.workersLost == 0)
        // Whoever registers through the number has it; the one before is gone.
        script.ready("b", dialect: .request)
        script.broker.setConnection(7, of: "b", now: script.now)
        #expect(script.broker.counters.workersLost == 1)
        script.broker.connectionClosed(7, now: script.now)
        try script.pass(.seconds(1))
        #expect(script.broker.counters.workersLost == 2)
    }

    @Test func `An idempotent request goes to another worker when its own dies`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.ready("b")
        script.submit(1)
        #expect(script.log() == ["→ a REQUEST 1"])
        try script.say("a", .disconnect)
        #expect(script.log() == ["→ b REQUEST 1"])
        try script.final("b", 1)
        #expect(script.log() == ["1 reply 200 done"])
        #expect(script.reports.contains("1 retried"))
    }

    @Test func `A request that is not idempotent is not sent a second time once it has left`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.ready("b")
        script.submit(1, idempotent: false)
        _ = script.log()
        try script.say("a", .disconnect)
        #expect(script.log() == ["1 worker-lost"])
    }

    @Test(arguments: [0, 1, 2])
    func `A request is sent again as often as its retries say`(retries: Int) throws {
        var script = BrokerScript()
        for worker in ["a", "b", "c", "d"] { script.ready(worker) }
        script.submit(1, retries: retries)
        for worker in ["a", "b", "c", "d"].prefix(retries + 1) {
            #expect(script.log() == ["→ \(worker) REQUEST 1"])
            try script.say(worker, .disconnect)
        }
        #expect(script.log() == ["1 worker-lost"])
    }

    @Test func `A request is not sent again after its deadline`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.ready("b")
        script.submit(1, timeout: .seconds(1))
        _ = script.log()
        script.now += .seconds(1)
        try script.say("a", .disconnect)
        #expect(script.log() == ["1 timeout-worker"])
    }

    @Test func `All requests of a dead worker go back to the front in their order`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "concurrency=3")
        for number in 1...5 {
            script.submit(UInt64(number), idempotent: number != 2)
            script.now += .milliseconds(1)
        }
        _ = script.log()
        try script.say("a", .disconnect)
        #expect(script.log() == ["2 worker-lost"])
        script.ready("b", "s", "concurrency=8")
        #expect(script.log() == [1, 3, 4, 5].map { "→ b REQUEST \($0)" })
    }

    @Test(arguments: [WorkerDialect.majordomo01, .majordomo02])
    func `A worker silent for three heartbeats is dead, one that speaks is not`(dialect: WorkerDialect) throws {
        var script = BrokerScript()
        script.ready("a", dialect: dialect)
        script.ready("b", dialect: dialect)
        script.submit(1)
        try script.pass(.milliseconds(2900), heartbeats: ["b"])
        #expect(script.quietLog() == ["→ a REQUEST 1"])
        try script.pass(.milliseconds(100), heartbeats: ["b"])
        #expect(script.quietLog() == ["→ b REQUEST 1"])
        #expect(script.reports.contains("a lost: silent"))
    }

    @Test func `Every worker is sent a heartbeat when nothing else was sent for an interval`() throws {
        var script = BrokerScript()
        script.ready("a", dialect: .majordomo01)
        script.ready("b")
        script.ready("c", dialect: .request)
        try script.pass(.seconds(1), heartbeats: ["a", "b"])
        #expect(Set(script.log()) == ["→ a HEARTBEAT", "→ b HEARTBEAT"])
        try script.pass(.milliseconds(500), heartbeats: ["a", "b"])
        script.submit(1)
        #expect(script.log() == ["→ a REQUEST 1"])
        try script.pass(.milliseconds(500), heartbeats: ["a", "b"])
        #expect(script.log() == ["→ b HEARTBEAT"])
        try script.pass(.milliseconds(500), heartbeats: ["a", "b"])
        #expect(script.log() == ["→ a HEARTBEAT"])
    }

    @Test func `A REQ worker is never given up for its silence`() throws {
        var script = BrokerScript()
        script.ready("a", dialect: .request)
        try script.pass(.seconds(60))
        #expect(script.log() == [])
        #expect(script.broker.nextDeadline == nil)
        script.submit(1)
        #expect(script.log() == ["→ a REQUEST 1"])
    }

    @Test(arguments: [true, false])
    func `A request that could not be sent goes to another worker, whatever its method`(idempotent: Bool) throws {
        var script = BrokerScript()
        script.ready("a", dialect: .request)
        script.ready("b")
        script.submit(1, idempotent: idempotent, retries: 0)
        #expect(script.log(failing: ["a": .unreachable]) == ["→ b REQUEST 1"])
        #expect(script.reports.contains("a lost: unreachable"))
        #expect(script.broker.counters.retries == 0)
    }

    @Test func `Only what was to be sent after the failure has not left`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "concurrency=4")
        script.submit(1, idempotent: false)
        _ = script.log()
        script.submit(2, idempotent: false)
        script.submit(3, idempotent: false)
        #expect(script.log(failing: ["a": .unreachable]) == ["1 worker-lost"])
        script.ready("b", "s", "concurrency=4")
        #expect(script.log() == ["→ b REQUEST 2", "→ b REQUEST 3"])
    }

    @Test func `A worker whose pipe is full is busy until it is heard`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "concurrency=4")
        script.submit(1)
        #expect(script.log(failing: ["a": .full]) == [])
        script.submit(2)
        #expect(script.log() == [])
        try script.say("a", .heartbeat)
        #expect(script.log() == ["→ a REQUEST 1", "→ a REQUEST 2"])
    }

    @Test func `A worker whose pipe is full is tried again after a heartbeat, also in the REQ dialect`() throws {
        var script = BrokerScript()
        script.ready("a", dialect: .request)
        script.submit(1, idempotent: false)
        #expect(script.log(failing: ["a": .full]) == [])
        try script.pass(.milliseconds(900))
        #expect(script.log() == [])
        try script.pass(.milliseconds(100))
        #expect(script.log() == ["→ a REQUEST 1"])
    }

    @Test func `A failure that comes after the worker registered anew does not hit the new one`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1)
        _ = script.log()
        let stale = try #require(script.deliveries["a"])
        try script.say("a", .disconnect)
        script.ready("a")
        script.broker.sendFailed(stale, reason: .unreachable, now: script.now)
        #expect(script.log() == ["→ a REQUEST 1"])
        #expect(script.broker.snapshot().workers.count == 1)
    }

    @Test func `A draining worker finishes what it has and gets no more`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "concurrency=2\ndrain=1")
        script.submit(1)
        _ = script.log()
        try script.say("a", .drain)
        try script.say("a", .drain)
        script.submit(2)
        try script.final("a", 1)
        #expect(script.log() == ["1 reply 200 done"])
        try script.say("a", .disconnect)
        script.ready("b")
        #expect(script.log() == ["→ b REQUEST 2"])
    }

    @Test func `A service whose workers all drain has no worker after the grace`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "drain=1")
        try script.say("a", .drain)
        script.submit(1)
        try script.pass(.seconds(1), heartbeats: ["a"])
        #expect(script.quietLog() == ["1 no-worker"])
    }

    @Test func `A draining broker answers what it has and then says goodbye to every worker`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.ready("q", "other", dialect: .request)
        script.ready("o", "other", dialect: .majordomo01)
        script.submit(1)
        script.submit(2)
        _ = script.log()
        script.broker.drain(now: script.now)
        script.submit(3)
        #expect(script.log() == ["3 no-worker"])
        try script.final("a", 1)
        #expect(script.log() == ["1 reply 200 done", "→ a REQUEST 2"])
        #expect(!script.broker.isIdle)
        try script.final("a", 2)
        #expect(Set(script.log()) == ["2 reply 200 done", "→ a DISCONNECT", "→ o DISCONNECT"])
        #expect(script.broker.isIdle)
        #expect(script.broker.snapshot().workers.isEmpty)
        script.ready("n")
        #expect(script.log() == ["→ n DISCONNECT"])
    }

    @Test func `A stopped broker fails, cuts and says goodbye at once`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "concurrency=2")
        for number in 1...3 { script.submit(UInt64(number)) }
        _ = script.log()
        try script.partial("a", 2)
        _ = script.log()
        script.broker.stop(now: script.now)
        let log = script.log()
        #expect(Set(log) == ["1 worker-lost", "2 cut", "3 no-worker", "→ a DISCONNECT"])
        #expect(log.last == "→ a DISCONNECT")
        #expect(script.broker.nextDeadline == nil)
    }

    @Test func `After the driver stood still a worker has the time of a heartbeat to be heard`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.ready("b")
        script.submit(1)
        _ = script.log()
        script.now += .seconds(10)
        script.broker.advance(to: script.now)
        try script.pass(.milliseconds(900))
        #expect(script.quietLog() == [])
        // What it had said meanwhile comes through; of the other nothing does.
        try script.say("b", .heartbeat)
        try script.pass(.milliseconds(200))
        #expect(script.quietLog() == ["→ b REQUEST 1"])
        #expect(script.reports.last { $0.contains("lost") } == "a lost: silent")
        #expect(script.broker.snapshot().workers.map { String($0.routingID) } == ["b"])
    }
}
