import CommandLineSupport
import Testing

@Suite struct ConnectionWatchTests {
    private let start = ContinuousClock.now
    private let endpoint = "tcp://host:1"

    private func seconds(_ watch: inout ConnectionWatch, upTo end: Int) -> [Int] {
        (0...end).filter { !watch.due(at: start + .seconds($0)).isEmpty }
    }

    @Test func `It is said within ten seconds, and then at ever longer intervals`() {
        var watch = ConnectionWatch([endpoint], at: start)
        #expect(seconds(&watch, upTo: 200) == [5, 15, 35, 75, 155])
        let late = seconds(&watch, upTo: 20_000).filter { $0 > 3000 }
        #expect(zip(late, late.dropFirst()).allSatisfy { $1 - $0 == 600 })
    }

    @Test func `Who can be reached is not spoken of`() {
        var watch = ConnectionWatch([endpoint], at: start)
        #expect(watch.record(.connected, of: endpoint, at: start + .seconds(1)) == nil)
        #expect(watch.record(.agreed, of: endpoint, at: start + .seconds(1)) == nil)
        #expect(seconds(&watch, upTo: 100) == [])
    }

    @Test func `That it can be reached again is said once, where it had been said that it cannot`() {
        var watch = ConnectionWatch([endpoint, "other"], at: start)
        _ = watch.due(at: start + .seconds(6))
        #expect(watch.record(.agreed, of: endpoint, at: start + .seconds(7)) == .reached(endpoint))
        #expect(watch.record(.agreed, of: endpoint, at: start + .seconds(8)) == nil)
        _ = watch.record(.lost, of: endpoint, at: start + .seconds(100))
        #expect(watch.due(at: start + .seconds(104)).allSatisfy { $0 != .reached(endpoint) })
        let notes = watch.due(at: start + .seconds(105))
        #expect(notes.contains(.unreachable(endpoint, for: .seconds(5), reason: nil)))
    }

    @Test func `A connection that comes and goes is none, and the reason is told`() {
        var watch = ConnectionWatch([endpoint], at: start)
        for second in 0..<5 {
            _ = watch.record(.connected, of: endpoint, at: start + .seconds(second))
            _ = watch.record(.refused("no"), of: endpoint, at: start + .seconds(second))
        }
        #expect(watch.due(at: start + .seconds(5)) == [.unreachable(endpoint, for: .seconds(5), reason: "no")])
    }

    @Test func `A refusal without a reason does not hide the reason of one before`() {
        var watch = ConnectionWatch([endpoint], at: start)
        _ = watch.record(.brokenOff("broke off"), of: endpoint, at: start)
        #expect(watch.due(at: start + .seconds(5)) == [.unreachable(endpoint, for: .seconds(5), reason: "broke off")])
        _ = watch.record(.refused("no"), of: endpoint, at: start)
        _ = watch.record(.brokenOff("broke off"), of: endpoint, at: start)
        #expect(watch.due(at: start + .seconds(15)) == [.unreachable(endpoint, for: .seconds(15), reason: "no")])
    }

    @Test func `A peer of an old version never says that it agrees, and counts when the connection lasts`() {
        var watch = ConnectionWatch([endpoint], at: start)
        _ = watch.record(.connected, of: endpoint, at: start + .seconds(4))
        #expect(seconds(&watch, upTo: 100) == [])
    }

    @Test func `What is said of other endpoints is passed over`() {
        var watch = ConnectionWatch([endpoint], at: start)
        #expect(watch.record(.agreed, of: "tcp://elsewhere:1", at: start) == nil)
        #expect(!watch.due(at: start + .seconds(5)).isEmpty)
    }
}
