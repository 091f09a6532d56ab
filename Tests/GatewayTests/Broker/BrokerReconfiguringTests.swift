import Testing

@testable import Gateway

/// Other settings while requests are there.
@Suite struct BrokerReconfiguringTests {
    private static func other(_ change: (inout BrokerConfiguration) -> Void) -> BrokerConfiguration {
        var configuration = BrokerConfiguration()
        change(&configuration)
        return configuration
    }

    @Test func `A service of a new route is known, and waits for its worker`() {
        var script = BrokerScript()
        script.submit(1, "new")
        #expect(script.log() == ["1 unknown-service"])
        script.broker.reconfigure(Self.other { $0.services = ["new"] }, now: script.now)
        script.submit(2, "new")
        #expect(script.log() == [])
        script.ready("a", "new")
        #expect(script.log() == ["→ a REQUEST 2"])
    }

    @Test func `A service that no route names any more is forgotten only for another`() {
        var script = BrokerScript {
            $0.services = ["old"]
            $0.serviceLimit = 0
        }
        script.broker.reconfigure(Self.other { _ in }, now: script.now)
        #expect(script.broker.serviceIndex["old"] != nil)
        script.ready("a", "s")
        #expect(script.broker.serviceIndex["old"] == nil)
        #expect(script.broker.serviceIndex["s"] != nil)
    }

    @Test func `Limits and times hold for those that wait already`() throws {
        var script = BrokerScript { $0.services = ["s"] }
        script.submit(1)
        script.broker.reconfigure(
            Self.other {
                $0.services = ["s"]
                $0.queueLimit = 1
                $0.workerGrace = .seconds(5)
            }, now: script.now)
        script.submit(2)
        #expect(script.log() == ["2 queue-full"])
        try script.pass(.seconds(4))
        #expect(script.log() == [])
        try script.pass(.milliseconds(1001))
        #expect(script.log() == ["1 no-worker"])
    }
}
