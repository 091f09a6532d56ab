import CommandLineSupport
import Testing

/// What a progress line is made of.
@Suite struct ProgressTests {
    @Test(
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (1_048_576, "1,048,576"),
            (.max, "18,446,744,073,709,551,615"),
        ] as [(UInt64, String)])
    func `A number has its thousands apart`(number: UInt64, text: String) {
        #expect(ProgressText.number(number) == text)
    }

    @Test func `Of one thing there is one, of all other numbers several`() {
        #expect(ProgressText.count(0, "worker") == "0 workers")
        #expect(ProgressText.count(1, "worker") == "1 worker")
        #expect(ProgressText.count(1000, "worker") == "1,000 workers")
    }

    @Test(
        arguments: [
            (0, "0.0/s"), (0.26, "0.3/s"), (9.94, "9.9/s"), (10.4, "10/s"), (4567.4, "4,567/s"),
            (.infinity, "1,000,000,000,000,000/s"),
        ] as [(Double, String)])
    func `A slow rate has a tenth, a quick one has none`(rate: Double, text: String) {
        #expect(ProgressText.rate(rate) == text)
    }

    @Test(
        arguments: [
            (0, "0 s"), (0.2, "1 s"), (59.0, "59 s"), (59.5, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"),
            (.infinity, "277777 h 46 min"),
        ] as [(Double, String)])
    func `A time is told in the two units that matter`(seconds: Double, text: String) {
        #expect(ProgressText.time(seconds: seconds) == text)
    }

    @Test func `A bar is as wide as it is told, and never fuller than full`() {
        #expect(ProgressText.bar(done: 0, of: 4, width: 10) == "[        ]")
        #expect(ProgressText.bar(done: 1, of: 4, width: 10) == "[##      ]")
        #expect(ProgressText.bar(done: 9, of: 4, width: 10) == "[########]")
        #expect(ProgressText.bar(done: 1, of: 0, width: 10) == "")
        #expect(ProgressText.bar(done: 1, of: 4, width: 2) == "")
    }

    @Test func `A rate needs two moments`() {
        var meter = RateMeter()
        let start = RateMeter.Instant.now
        #expect(meter.rate(count: 5, at: start) == nil)
        #expect(meter.rate(count: 7, at: start) == nil)
        #expect(meter.rate(count: 25, at: start + .seconds(2)) == 10)
    }

    @Test func `A rate forgets what was long ago`() {
        var meter = RateMeter(span: .seconds(5))
        let start = RateMeter.Instant.now
        for second in 0...20 { _ = meter.rate(count: UInt64(second) * 1000, at: start + .seconds(second)) }
        // It has stood still since.
        #expect(meter.rate(count: 20_000, at: start + .seconds(26)) == 0)
    }

    @Test func `A count that has gone down tells no rate`() {
        var meter = RateMeter()
        let start = RateMeter.Instant.now
        _ = meter.rate(count: 100, at: start)
        #expect(meter.rate(count: 10, at: start + .seconds(1)) == nil)
    }

    @Test func `Progress ends with the task that shows it`() async {
        let progress = Progress(isQuiet: true)
        let shown = Task { await progress.run { _ in "never" } }
        shown.cancel()
        await shown.value
    }
}
