import Testing

@testable import TaskPipeline

/// What is said of an endpoint that cannot be reached.
@Suite struct ReachabilityTests {
    private let start = Moment.now

    @Test func `It is said after five seconds, and then at ever longer times`() {
        var reachability = Reachability("tcp://host:1", since: start)
        var said: [Int] = []
        for second in 0..<200 where reachability.dueNotice(at: start + .seconds(second)) != nil { said.append(second) }
        #expect(said == [5, 15, 35, 75, 155])
        reachability.note(isConnected: true, at: start + .seconds(200))
        let hasComeBack = reachability.hasComeBack()
        #expect(hasComeBack)
    }

    @Test func `A connection that breaks off does not hide why the one before was refused`() {
        var reachability = Reachability("tcp://host:1", since: start)
        let brokeOff = Refusal.brokeOff
        reachability.note(.refused(brokeOff), at: start)
        #expect(reachability.refusal == brokeOff)
        reachability.note(.refused("no"), at: start)
        reachability.note(.refused(brokeOff), at: start)
        #expect(reachability.refusal == "no")
        reachability.note(.made, at: start)
        #expect(reachability.refusal == nil)
    }
}
