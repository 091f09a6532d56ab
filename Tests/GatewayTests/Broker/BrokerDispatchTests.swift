import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

@Suite struct BrokerDispatchTests {
    @Test(arguments: WorkerDialect.allCases)
    func `A request goes to a worker and its reply comes back, in each dialect`(dialect: WorkerDialect) throws {
        var script = BrokerScript()
        script.ready("a", dialect: dialect)
        script.submit(1)
        #expect(script.log() == ["→ a REQUEST 1"])
        try script.final("a", 1, ["201\r\n", "made"])
        script.submit(2)
        #expect(script.log() == ["1 reply 201 made", "→ a REQUEST 2"])
        try script.final("a", 2, ["plain"])
        #expect(script.log() == ["2 reply 200 plain"])
        #expect(script.reports == ["a registered: s \(dialect.rawValue)"])
        #expect(script.broker.isIdle)
        #expect(script.broker.snapshot().workers.map(\.served) == [2])
    }

    @Test(arguments: WorkerDialect.allCases)
    func `A worker that names no concurrency has one request at a time`(dialect: WorkerDialect) throws {
        var script = BrokerScript()
        script.ready("a", dialect: dialect)
        for number in 1...3 { script.submit(UInt64(number)) }
        #expect(script.log() == ["→ a REQUEST 1"])
        try script.final("a", 1)
        #expect(script.log() == ["1 reply 200 done", "→ a REQUEST 2"])
        try script.final("a", 2)
        #expect(script.log() == ["2 reply 200 done", "→ a REQUEST 3"])
    }

    @Test func `A worker has as many requests outstanding as it named, and answers in any order`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "concurrency=3")
        for number in 1...4 { script.submit(UInt64(number)) }
        #expect(script.log() == ["→ a REQUEST 1", "→ a REQUEST 2", "→ a REQUEST 3"])
        try script.final("a", 2)
        #expect(script.log() == ["2 reply 200 done", "→ a REQUEST 4"])
        for number in [4, 1, 3] { try script.final("a", UInt64(number)) }
        #expect(script.log() == ["4 reply 200 done", "1 reply 200 done", "3 reply 200 done"])
    }

    @Test func `The least-loaded worker comes first, the longest-waiting among equals`() throws {
        var script = BrokerScript()
        for worker in ["a", "b", "c"] { script.ready(worker, "s", "concurrency=8") }
        for number in 1...6 { script.submit(UInt64(number)) }
        #expect(
            script.log() == [
                "→ a REQUEST 1", "→ b REQUEST 2", "→ c REQUEST 3", "→ a REQUEST 4", "→ b REQUEST 5", "→ c REQUEST 6",
            ])
        try script.final("c", 3)
        try script.final("a", 1)
        try script.final("c", 6)
        for number in 7...9 { script.submit(UInt64(number)) }
        // c has none, then a waits longer than c with one each.
        #expect(
            script.log().suffix(3) == ["→ c REQUEST 7", "→ a REQUEST 8", "→ c REQUEST 9"])
    }

    @Test func `A worker takes requests of its own service only`() {
        var script = BrokerScript { $0.services = ["t"] }
        script.ready("a", "s")
        script.submit(1, "t")
        script.submit(2, "s")
        #expect(script.log() == ["→ a REQUEST 2"])
    }

    @Test func `An unknown service fails at once, a known one waits for a worker`() throws {
        var script = BrokerScript { $0.services = ["configured"] }
        script.submit(1, "never")
        script.submit(2, "configured")
        #expect(script.log() == ["1 unknown-service"])
        script.ready("a", "s")
        try script.say("a", .disconnect)
        script.submit(3, "s")
        #expect(script.log() == [])
        script.ready("b", "configured")
        script.ready("c", "s")
        #expect(script.log() == ["→ b REQUEST 2", "→ c REQUEST 3"])
    }

    @Test func `Requests wait in the order of arrival, as many as the limit says`() throws {
        var script = BrokerScript { $0.queueLimit = 2 }
        script.ready("a")
        for number in 1...4 { script.submit(UInt64(number)) }
        #expect(script.log() == ["→ a REQUEST 1", "4 queue-full"])
        try script.final("a", 1)
        script.submit(5)
        script.submit(6)
        #expect(script.log() == ["1 reply 200 done", "→ a REQUEST 2", "6 queue-full"])
        #expect(script.broker.snapshot().services.map(\.queued) == [2])
    }

    @Test func `Without a live worker a request waits for the grace and then fails`() throws {
        var script = BrokerScript { $0.services = ["s"] }
        script.submit(1)
        try script.pass(.milliseconds(500))
        script.submit(2)
        try script.pass(.milliseconds(400))
        #expect(script.log() == [])
        try script.pass(.milliseconds(100))
        #expect(script.log() == ["1 no-worker"])
        try script.pass(.milliseconds(500))
        #expect(script.log() == ["2 no-worker"])
        #expect(script.broker.nextDeadline == nil)
    }

    @Test func `The grace counts from the loss of the last worker where that is later`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1)
        script.submit(2)
        try script.pass(.milliseconds(1500), heartbeats: ["a"])
        #expect(script.quietLog() == ["→ a REQUEST 1"])
        try script.say("a", .disconnect)
        try script.pass(.milliseconds(900))
        #expect(script.log() == [])
        try script.pass(.milliseconds(100))
        #expect(script.log() == ["1 no-worker", "2 no-worker"])
    }

    @Test func `A busy worker is a live one, so that requests wait longer than the grace`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1)
        script.submit(2)
        try script.pass(.seconds(5), heartbeats: ["a"])
        #expect(script.quietLog() == ["→ a REQUEST 1"])
    }

    @Test func `A deadline that passes in the queue ends the request and frees its place`() throws {
        var script = BrokerScript { $0.queueLimit = 1 }
        script.ready("a")
        script.submit(1)
        script.submit(2, timeout: .seconds(1))
        try script.pass(.seconds(1), heartbeats: ["a"])
        #expect(script.quietLog() == ["→ a REQUEST 1", "2 timeout-worker"])
        script.submit(3)
        try script.final("a", 1)
        #expect(script.quietLog() == ["1 reply 200 done", "→ a REQUEST 3"])
    }

    @Test(arguments: WorkerDialect.allCases)
    func `A late reply is counted and dropped, and occupies its place until it comes`(dialect: WorkerDialect) throws {
        var script = BrokerScript()
        script.ready("a", dialect: dialect)
        script.submit(1, timeout: .seconds(1))
        _ = script.log()
        try script.pass(.seconds(1), heartbeats: dialect.hasHeartbeats ? ["a"] : [])
        script.submit(2)
        #expect(script.quietLog() == ["1 timeout-worker"])
        #expect(script.broker.snapshot().workers.map(\.inFlight) == [1])
        try script.final("a", 1)
        #expect(script.log() == ["→ a REQUEST 2"])
        #expect(script.reports.last == "a late")
        #expect(script.broker.counters.lateReplies == 1)
    }

    @Test func `A cancelled request that waits is forgotten`() throws {
        var script = BrokerScript()
        script.ready("a")
        for number in 1...3 { script.submit(UInt64(number)) }
        script.cancel(2)
        #expect(script.log() == ["→ a REQUEST 1"])
        try script.final("a", 1)
        #expect(script.log() == ["1 reply 200 done", "→ a REQUEST 3"])
    }

    @Test func `A cancelled request at a worker keeps its place and its reply is dropped`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1)
        script.submit(2)
        _ = script.log()
        script.cancel(1)
        script.cancel(1)
        script.cancel(99)
        #expect(script.log() == [])
        try script.final("a", 1)
        #expect(script.log() == ["→ a REQUEST 2"])
        #expect(script.broker.counters.lateReplies == 1)
    }

    @Test func `A worker that asked for it is told when nobody waits any more`() throws {
        var script = BrokerScript()
        script.ready("a", "s", "concurrency=3\ncancel=1")
        script.submit(1)
        script.submit(2, timeout: .seconds(1))
        script.submit(3)
        _ = script.log()
        script.cancel(1)
        try script.partial("a", 3)
        script.cancel(3)
        #expect(script.log() == ["→ a CANCEL 1", "3 begin 200 piece", "→ a CANCEL 3"])
        try script.pass(.seconds(1), heartbeats: ["a"])
        #expect(script.quietLog() == ["2 timeout-worker", "→ a CANCEL 2"])
        for number in 1...3 { try script.final("a", UInt64(number)) }
        #expect(script.log() == [])
        #expect(script.broker.snapshot().workers.map(\.inFlight) == [0])
    }
}
