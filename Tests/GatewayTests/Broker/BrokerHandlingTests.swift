import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

/// Who had a request, and for how long.
@Suite struct BrokerHandlingTests {
    private static func script() -> BrokerScript {
        BrokerScript {
            $0.reportsHandling = true
            $0.services = ["s"]
        }
    }

    @Test func `It is told before the reply, with the time before and after the worker got the request`() throws {
        var script = Self.script()
        script.submit(1)
        try script.pass(.milliseconds(300))
        script.ready("a")
        #expect(script.log() == ["→ a REQUEST 1"])
        try script.pass(.milliseconds(200), heartbeats: ["a"])
        try script.final("a", 1)
        #expect(script.log() == ["1 handled by a 0.3 seconds 0.2 seconds", "1 reply 200 done"])
    }

    @Test func `It is told at both ends of a stream`() throws {
        var script = Self.script()
        script.ready("a")
        script.submit(1)
        #expect(script.log() == ["→ a REQUEST 1"])
        try script.partial("a", 1, ["200\r\n", "x"])
        try script.pass(.milliseconds(100), heartbeats: ["a"])
        try script.partial("a", 1)
        try script.final("a", 1)
        #expect(
            script.log() == [
                "1 handled by a 0.0 seconds 0.0 seconds", "1 begin 200 x", "1 piece piece",
                "1 handled by a 0.0 seconds 0.1 seconds", "1 end done",
            ])
    }

    @Test func `It is told with a failure that a worker has to do with`() throws {
        var script = Self.script()
        script.ready("a")
        script.submit(1, idempotent: false)
        #expect(script.log() == ["→ a REQUEST 1"])
        try script.say("a", .disconnect)
        #expect(script.log() == ["1 handled by a 0.0 seconds 0.0 seconds", "1 worker-lost"])
        script.ready("b")
        script.submit(2, timeout: .milliseconds(100))
        #expect(script.log() == ["→ b REQUEST 2"])
        try script.pass(.milliseconds(100), heartbeats: ["b"])
        #expect(script.log() == ["2 handled by b 0.0 seconds 0.1 seconds", "2 timeout-worker"])
    }

    @Test func `Nothing is told of a request that no worker had, or where nobody asks`() throws {
        var script = Self.script()
        script.submit(1, timeout: .milliseconds(100))
        try script.pass(.milliseconds(100))
        #expect(script.log() == ["1 timeout-worker"])
        var silent = BrokerScript()
        silent.ready("a")
        silent.submit(1)
        #expect(silent.log() == ["→ a REQUEST 1"])
        try silent.final("a", 1)
        #expect(silent.log() == ["1 reply 200 done"])
    }
}
