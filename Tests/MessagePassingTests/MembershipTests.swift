import ProcessSupport
import Testing

@testable import MessagePassing

@Suite struct HeartbeatDetectorTests {
    @Test func `A rank is given up when three heartbeats are missing, and within three intervals`() {
        var detector = HeartbeatDetector(rank: 0, size: 3, interval: .seconds(1), now: .zero)
        var found: [(Duration, [Int])] = []
        var now = Duration.zero
        while now < .seconds(10) {
            now += detector.lookInterval
            // Rank 1 lives; rank 2 dies at two seconds, right after a heartbeat.
            if now.components.attoseconds == 0 {
                detector.heard(from: 1, at: now)
                if now <= .seconds(2) { detector.heard(from: 2, at: now) }
            }
            let silent = detector.look(at: now)
            if !silent.isEmpty { found.append((now, silent)) }
        }
        #expect(found.map(\.1) == [[2]])
        #expect(found.first.map { $0.0 > .seconds(4) && $0.0 < .seconds(5) } == true)
    }

    @Test func `A rank that is heard for an interval after the connection to it broke is given up`() {
        var detector = HeartbeatDetector(rank: 0, size: 3, interval: .seconds(1), now: .zero)
        var found: [(Duration, [Int])] = []
        var now = Duration.zero
        while now < .seconds(6) {
            now += .milliseconds(100)
            // The connections to both break at 1.5 s, as rank 2 dies and as that to rank 1 is cut.
            if now == .seconds(1.5) { for rank in [1, 2] { detector.connectionBroke(to: rank, at: now) } }
            if now.components.attoseconds == 0 {
                detector.heard(from: 1, at: now)
                if now < .seconds(1.5) { detector.heard(from: 2, at: now) }
            }
            let lost = detector.look(at: now)
            if !lost.isEmpty { found.append((now, lost)) }
        }
        #expect(found.map(\.1) == [[1], [2]])
        #expect(found.map(\.0) == [.seconds(3), .milliseconds(3800)])
    }

    @Test func `A rank that was stopped itself takes nobody for dead`() {
        var detector = HeartbeatDetector(rank: 0, size: 2, interval: .seconds(1), now: .zero)
        detector.heard(from: 1, at: .zero)
        #expect(Self.look(&detector, .seconds(1)) == [])
        #expect(Self.look(&detector, .seconds(60)) == [])
        #expect(Self.look(&detector, .seconds(61)) == [])
        #expect(Self.look(&detector, .seconds(62)) == [])
        #expect(Self.look(&detector, .seconds(62.8)) == [1])
        #expect(Self.look(&detector, .seconds(63)) == [])
    }

    @Test func `A rank that has not been heard yet is not given up, however long that takes`() {
        var detector = HeartbeatDetector(rank: 1, size: 3, interval: .seconds(1), now: .zero)
        #expect(detector.unheard == [0, 2])
        let firsts = [detector.heard(from: 0, at: .seconds(0.1)), detector.heard(from: 0, at: .seconds(1.1))]
        #expect(firsts == [true, false])
        var found: [[Int]] = []
        for second in 1...60 {
            for part in 1...4 { found.append(detector.look(at: .seconds(second) + .milliseconds(250 * part))) }
        }
        #expect(found.filter { !$0.isEmpty } == [[0]])
        #expect(detector.unheard == [2])
    }

    private static func look(_ detector: inout HeartbeatDetector, _ now: Duration) -> [Int] { detector.look(at: now) }
}

/// Detection and agreement together, by the clock.
@Suite struct DetectionTimeTests {
    @Test(arguments: [2, 3, 4, 7], 1...2)
    func `All survivors throw the same within three heartbeats after ranks die`(size: Int, deaths: Int) {
        guard deaths < size else { return }
        for seed in UInt64(0)..<50 {
            var random = SplitMix(seed: seed)
            var world = TimedWorld(size: size, using: &random)
            for _ in 0..<Int.random(in: 200..<300, using: &random) { world.step() }
            #expect(world.errors == Array(repeating: nil, count: size), "seed \(seed)")
            let victims = Set((0..<size).shuffled(using: &random).prefix(deaths))
            world.kill(victims)
            for _ in 0..<3 * TimedWorld.ticksBetweenHeartbeats { world.step() }
            let expected = MessagePassingError.rankFailed(victims.sorted())
            #expect(world.errors == Array(repeating: expected, count: size - deaths), "seed \(seed)")
        }
    }
}
