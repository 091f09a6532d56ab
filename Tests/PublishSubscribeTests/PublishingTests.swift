import PublishSubscribe
import SwiftZMQ
import Testing

@Suite struct PublishingTests {
    @Test func `A range is two numbers or one`() {
        #expect(TopicRange("9999-10004")?.numbers == 9999...10004)
        #expect(TopicRange("10001")?.numbers == 10001...10001)
        #expect(TopicRange("0-0")?.description == "0-0")
    }

    @Test(arguments: ["", "-", "1-", "-1", "2-1", "a-b", "1-2-3", "1 - 2", "+1-2", "99999999999999999999"])
    func `Anything else is no range`(text: String) {
        #expect(TopicRange(text) == nil)
    }

    @Test func `Weather stays within its range, and reaches both ends of it`() {
        var station = WeatherStation(topics: TopicRange(5...7), generator: SystemRandomNumberGenerator())
        var topics: Set<Int> = []
        var temperatures: Set<Int> = []
        for _ in 0..<20_000 {
            let (topic, temperature) = station.next()
            topics.insert(topic)
            temperatures.insert(temperature)
        }
        #expect(topics == [5, 6, 7])
        #expect(temperatures.min() == -79 && temperatures.max() == 134)
    }

    @Test func `Weather travels as the classic example's does`() throws {
        var station = WeatherStation(topics: TopicRange(10001...10001), generator: SystemRandomNumberGenerator())
        let text = String(station.next(format: .singleFrame)[0])
        #expect(text.wholeMatch(of: /10001 -?\d+/) != nil, "\(text)")
    }

    @Test func `A schedule tells each update once`() {
        var schedule = UpdateSchedule(interval: .milliseconds(100))
        #expect(schedule.due(at: .zero) == (1, .milliseconds(100)))
        #expect(schedule.due(at: .milliseconds(99)) == (0, .milliseconds(100)))
        #expect(schedule.due(at: .milliseconds(100)) == (1, .milliseconds(200)))
        #expect(schedule.due(at: .milliseconds(450)) == (3, .milliseconds(500)))
    }

    @Test func `Delays do not add up`() {
        var schedule = UpdateSchedule(interval: .microseconds(10))
        var count = 0
        // Woken at odd times, 3 ms apart, for half a second.
        for wake in 0..<167 { count += schedule.due(at: .milliseconds(3 * wake)).count }
        #expect(count == 49_801)
    }

    @Test func `After a long pause there is no flood`() {
        var schedule = UpdateSchedule(interval: .milliseconds(100))
        _ = schedule.due(at: .zero)
        #expect(schedule.due(at: .seconds(3600)) == (10, .seconds(3600) + .milliseconds(100)))
        var slow = UpdateSchedule(interval: .seconds(60))
        _ = slow.due(at: .zero)
        #expect(slow.due(at: .seconds(3600)).count == 1)
    }
}
