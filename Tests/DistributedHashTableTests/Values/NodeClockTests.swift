import ProcessSupport
import Testing

@testable import DistributedHashTable

@Suite struct NodeClockTests {
    /// A machine without a battery for its clock believes that it is 1970 until it has asked others.
    @Test func `Times in files are by the time of day as it is, although it is set meanwhile`() {
        let timeOfDay = Watched<Int64>(1000)
        let clock = NodeClock { timeOfDay.value }
        let later = clock.now + .hours(1)
        let before = clock.seconds(of: later)
        #expect((4500...4600).contains(before))
        timeOfDay.change { $0 = 1_700_000_000 }
        let after = clock.seconds(of: later)
        #expect((1_700_003_500...1_700_003_600).contains(after))
        let read = clock.instant(ofSeconds: after)
        #expect(read <= clock.now + .hours(1) && later - read < .minutes(1))
        #expect(clock.instant(ofSeconds: 1) < .start)
        #expect(clock.instant(ofSeconds: .max) > clock.now + .hours(1_000_000))
    }
}
