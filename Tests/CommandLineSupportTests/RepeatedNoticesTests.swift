import Testing

@testable import CommandLineSupport

struct RepeatedNoticesTests {
    @Test func `What happens again and again is said at once, and then at ever longer intervals`() {
        var notices = RepeatedNotices<String>()
        let start = ContinuousClock.now
        let said = (0..<1300).filter { second in
            #expect(second != 5 || notices.isDue("another", at: start + .seconds(second)))
            return notices.isDue("one", at: start + .seconds(second))
        }
        #expect(said == [0, 10, 30, 70, 150, 310, 630, 1230])
    }

    @Test func `Subjects without number do not fill the memory`() {
        var notices = RepeatedNotices<Int>()
        let start = ContinuousClock.now
        for number in 0..<100_000 where !notices.isDue(number, at: start) { Issue.record("\(number)") }
        #expect(notices.count <= 1000)
    }
}
