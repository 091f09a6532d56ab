import NIOCore
import Testing

@testable import Gateway

@Suite struct RecentCountTests {
    private let start = NIODeadline.uptimeNanoseconds(123_456_789)

    @Test func `What happens within ten seconds is counted together`() {
        var count = RecentCount()
        for index in 1...50 { #expect(count.add(at: start + .milliseconds(Int64(index * 180))) == index) }
        #expect(count.count(at: start + .seconds(9)) == 50)
    }

    @Test func `What is over ten seconds old is not counted`() {
        var count = RecentCount()
        for _ in 0..<7 { _ = count.add(at: start) }
        #expect(count.count(at: start + .seconds(9)) == 7)
        #expect(count.count(at: start + .seconds(10)) == 0)
        #expect(count.add(at: start + .seconds(11)) == 1)
    }

    @Test func `At a steady rate it stays at what comes in ten seconds, or a little below`() {
        var count = RecentCount()
        for index in 0..<10_000 {
            let sum = count.add(at: start + .milliseconds(Int64(index * 10)))
            #expect(sum <= 1000)
            if index > 1000 { #expect(sum >= 950) }
        }
    }

    @Test func `After a long silence nothing is left`() {
        var count = RecentCount()
        for index in 0..<100 { _ = count.add(at: start + .milliseconds(Int64(index * 100))) }
        #expect(count.count(at: start + .hours(5)) == 0)
        #expect(count.add(at: start + .hours(5)) == 1)
    }
}
