import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// Requests of MDP clients: their frames, and those of the replies, are passed on unread.
@Suite struct BrokerOpaqueTests {
    @Test(arguments: [WorkerDialect.request, .majordomo01, .majordomo02])
    func `Frames go to the worker and back as they are`(dialect: WorkerDialect) throws {
        var script = BrokerScript()
        script.ready("a", dialect: dialect)
        script.submit(1, frames: ["head 1\r\n", "", "no more"])
        let sent = try #require(script.broker.effects.compactMap(\.delivery).last?.frames)
        #expect(Array(sent.suffix(3)) == ["head 1\r\n", "", "no more"])
        _ = script.log()
        try script.final("a", 1, ["any", "", "thing"])
        #expect(script.log() == ["1 last any||thing"])
        #expect(script.broker.isIdle)
    }

    @Test func `Parts are passed on, and what a lost worker had is not asked twice`() throws {
        var script = BrokerScript()
        script.ready("a")
        script.submit(1, frames: ["head 1\r\n"])
        _ = script.log()
        try script.partial("a", 1, ["p", "q"])
        try script.final("a", 1, [""])
        #expect(script.log() == ["1 more p|q", "1 last "])
        script.ready("b")
        script.submit(2, frames: ["head 2\r\n"])
        _ = script.log()
        try script.say("a", .disconnect)
        try script.say("b", .disconnect)
        #expect(script.log().contains("2 worker-lost"))
    }

    @Test func `The broker answers what is asked of itself`() {
        var script = BrokerScript()
        script.ready("a", "here")
        _ = script.log()
        script.submit(1, "mmi.service", frames: ["here"])
        script.submit(2, "mmi.service", frames: ["there"])
        script.submit(3, "mmi.echo", frames: ["here"])
        #expect(script.log() == ["1 last 200", "2 last 404", "3 last 501"])
        #expect(script.broker.isIdle)
    }
}

extension BrokerEffect {
    fileprivate var delivery: Delivery? {
        if case .send(let delivery) = self { delivery } else { nil }
    }
}
