import Testing

@testable import Gateway

/// Bytes that arrive, messages that come of them or do not, and who is cut.
@Suite struct EndlessMessageGuardTests {
    private static let largest = 64 << 20

    /// Bytes in steps, after each of which is looked; at which of them a connection is cut.
    private func cut(
        _ guarding: inout EndlessMessageGuard, steps: Int, of size: UInt64, from start: UInt64 = 0,
        delivering: (Int) -> Bool = { _ in false }
    ) -> UInt64? {
        for step in 1...steps {
            if delivering(step) { guarding.delivered(5) }
            let bytes = start + UInt64(step) * size
            if guarding.look(received: { _ in bytes }) == [5] { return bytes }
        }
        return nil
    }

    @Test func `A stranger may say little before its first message has come`() throws {
        var guarding = EndlessMessageGuard(largestMessage: Self.largest)
        guarding.opened(5)
        let bytes = try #require(cut(&guarding, steps: 100, of: 100_000))
        #expect(bytes < 2 << 20)
    }

    @Test func `A worker whose first message comes before its connection is told of is no stranger`() {
        var guarding = EndlessMessageGuard(largestMessage: Self.largest)
        guarding.delivered(5)
        guarding.opened(5)
        #expect(!guarding.hasStrangers)
        #expect(cut(&guarding, steps: 200, of: 100 << 10) == nil)
    }

    @Test func `A message of a connection that is gone makes no later one known`() {
        var guarding = EndlessMessageGuard(largestMessage: Self.largest)
        guarding.opened(5)
        guarding.closed(5)
        guarding.delivered(5)
        for _ in 0..<40 { #expect(guarding.look { _ in 0 } == []) }
        #expect(guarding.isIdle)
        guarding.opened(5)
        #expect(guarding.hasStrangers)
    }

    @Test func `A message of the largest size may take its time`() throws {
        var guarding = EndlessMessageGuard(largestMessage: Self.largest)
        guarding.opened(5)
        guarding.delivered(5)
        #expect(cut(&guarding, steps: 640, of: 100 << 10) == nil)
        // And so may the next.
        #expect(cut(&guarding, steps: 640, of: 100 << 10, from: 64 << 20, delivering: { $0 == 1 }) == nil)
    }

    @Test func `A message that does not end is cut`() throws {
        var guarding = EndlessMessageGuard(largestMessage: Self.largest)
        guarding.opened(5)
        guarding.delivered(5)
        let bytes = try #require(cut(&guarding, steps: 10_000, of: 1 << 20))
        #expect(bytes < 112 << 20)
    }

    @Test func `A worker that sends message after message is kept, seen to or not`() {
        var guarding = EndlessMessageGuard(largestMessage: Self.largest)
        guarding.opened(5)
        guarding.delivered(5)
        for step in 1...2000 as ClosedRange<UInt64> {
            // Told of only while it matters.
            if guarding.isTracking { guarding.delivered(5) }
            #expect(guarding.look { _ in step * (4 << 20) } == [])
        }
        #expect(!guarding.isTracking || guarding.look { _ in 8000 << 20 } == [])
    }

    @Test func `A worker that says nothing but that it lives is kept for ever`() {
        var guarding = EndlessMessageGuard(largestMessage: 1024)
        guarding.opened(5)
        guarding.delivered(5)
        // A pong a second, of some ten bytes, for ten weeks.
        for second in 0..<6_000_000 as Range<UInt64> where second % 4 == 0 {
            #expect(guarding.look { _ in second * 4 } == [])
        }
    }

    @Test func `Each connection is looked at by itself, and a number that comes again is another's`() {
        var guarding = EndlessMessageGuard(largestMessage: 1024)
        for descriptor in [5, 6, 7] as [Int32] { guarding.opened(descriptor) }
        #expect(guarding.look { $0 == 6 ? 900_000 : 10 } == [])
        #expect(guarding.isTracking)
        #expect(guarding.look { $0 == 6 ? 3_000_000 : 20 } == [6])
        guarding.closed(6)
        #expect(!guarding.isTracking)
        guarding.opened(6)
        #expect(guarding.look { _ in 100 } == [])
        #expect(guarding.look { _ in nil } == [])
        for descriptor in [5, 6, 7] as [Int32] { guarding.closed(descriptor) }
        #expect(guarding.isIdle)
    }
}
