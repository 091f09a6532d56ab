import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

/// Workers of processes that the gateway has started.
struct BrokerProcessTests {
    private var script = BrokerScript()
    private let process = ProgramProcess(1)

    private mutating func begin(limit: Int? = nil) {
        script.broker.addProcess(process, requestLimit: limit)
        script.ready("a", "s", "concurrency=2", of: process)
        _ = script.log()
    }

    @Test mutating func `The first worker is reported, and no other`() {
        begin()
        script.ready("b", of: process)
        script.ready("c")
        _ = script.log()
        #expect(script.reports.filter { $0.contains("connected") } == ["process 1 connected"])
    }

    @Test mutating func `A retired process gets no requests, finishes those that it has, and says so`() throws {
        begin()
        script.submit(1)
        script.submit(2)
        #expect(script.log() == ["→ a REQUEST 1", "→ a REQUEST 2"])
        script.broker.retire(process, now: script.now)
        script.submit(3)
        try script.final("a", 1)
        #expect(script.log() == ["1 reply 200 done"])
        #expect(!script.reports.contains("process 1 idle"))
        // What registers late is not taken, and not answered.
        script.ready("late", of: process)
        try script.final("a", 2)
        #expect(script.log() == ["2 reply 200 done"])
        #expect(script.reports.contains("process 1 idle"))
        script.broker.release(process, now: script.now)
        script.ready("a", of: process)
        #expect(script.log() == ["→ a DISCONNECT"])
        script.ready("b")
        #expect(script.log() == ["→ b REQUEST 3"])
    }

    @Test mutating func `One without requests is idle at once`() {
        begin()
        script.broker.retire(process, now: script.now)
        _ = script.log()
        #expect(script.reports.last == "process 1 idle")
    }

    @Test mutating func `WebSockets of a retired process are closed with 1012 at once, and waited for like requests`()
        throws
    {
        script.broker.addProcess(process, requestLimit: nil)
        script.ready("a", "s", "concurrency=3\nwebsocket=1\ncancel=1", of: process)
        script.submit(1, webSocket: .wanted)
        script.submit(2, webSocket: .wanted)
        script.submit(3)
        #expect(script.log() == ["→ a WEBSOCKET 1", "→ a WEBSOCKET 2", "→ a REQUEST 3"])
        try script.partial("a", 1, ["101\r\n", ""])
        #expect(script.log() == ["1 open 101 -"])
        script.broker.retire(process, now: script.now)
        let close = Frame([0x03, 0xF4] + Array("the service restarts".utf8))
        #expect(script.log() == ["1 closed 1012 the service restarts", "→ a MESSAGE 1 close \(close)"])
        // The one that had not been answered yet.
        try script.partial("a", 2, ["101\r\n", ""])
        #expect(
            script.log() == ["2 open 101 -", "2 closed 1012 the service restarts", "→ a MESSAGE 2 close \(close)"])
        try script.final("a", 1, ["close"])
        try script.final("a", 3)
        #expect(script.log() == ["3 reply 200 done"])
        #expect(!script.reports.contains("process 1 idle"))
        try script.final("a", 2, ["close", "1012", ""])
        _ = script.log()
        #expect(script.reports.contains("process 1 idle"))
        #expect(script.broker.counters.lateReplies == 0)
    }

    @Test mutating func `WebSockets of other processes stay while one is retired`() throws {
        script.broker.addProcess(process, requestLimit: nil)
        script.broker.addProcess(ProgramProcess(2), requestLimit: nil)
        script.ready("a", "s", "websocket=1", of: process)
        script.submit(1, webSocket: .wanted)
        script.ready("b", "s", "websocket=1", of: ProgramProcess(2))
        script.submit(2, webSocket: .wanted)
        _ = script.log()
        try script.partial("a", 1, ["101\r\n", ""])
        try script.partial("b", 2, ["101\r\n", ""])
        _ = script.log()
        script.broker.retire(ProgramProcess(2), now: script.now)
        #expect(script.log().first == "2 closed 1012 the service restarts")
        try script.partial("a", 1, ["text", "still there"])
        #expect(script.log() == ["1 message text still there"])
    }

    @Test mutating func `What a process that has ended had is retried, or fails, at once`() {
        begin()
        script.submit(1)
        script.submit(2, idempotent: false)
        script.ready("b")
        _ = script.log()
        script.broker.forget(process, now: script.now)
        #expect(script.log() == ["2 worker-lost", "→ b REQUEST 1"])
        #expect(script.reports.contains("a lost: ended"))
    }

    @Test mutating func `It is reported once when a process has answered as many requests as it is to`() throws {
        begin(limit: 2)
        for number in 1...3 as ClosedRange<UInt64> {
            script.submit(number)
            _ = script.log()
            try script.final("a", number)
            _ = script.log()
            #expect(script.reports.contains("process 1 spent") == (number >= 2))
        }
        #expect(script.reports.filter { $0 == "process 1 spent" }.count == 1)
    }
}
