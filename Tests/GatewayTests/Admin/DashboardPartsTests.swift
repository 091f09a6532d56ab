import Foundation
import Testing

@testable import Gateway

/// Figures and sentences of the dashboard.
struct DashboardPartsTests {
    @Test(arguments: [1, 7, 8, 100, 999, 1_000, 12_345, 1_000_000, 59_000_000] as [Int64])
    func `A quantile is off by an eighth at most`(microseconds: Int64) throws {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == nil)
        for _ in 0..<100 { histogram.add(microseconds: microseconds) }
        let found = try #require(histogram.quantile(0.99)) * 1e6
        #expect(abs(found - Double(microseconds)) <= Double(microseconds) / 8)
    }

    @Test func `Quantiles are of all that was counted, whatever comes`() throws {
        var histogram = LatencyHistogram()
        for number in 1...1000 as ClosedRange<Int64> { histogram.add(microseconds: number * 1000) }
        var other = LatencyHistogram()
        other.add(microseconds: -5)
        other.add(microseconds: .max)
        histogram.add(other)
        #expect(histogram.count == 1002)
        #expect(abs(try #require(histogram.quantile(0.5)) - 0.5) < 0.06)
        #expect(abs(try #require(histogram.quantile(0.9)) - 0.9) < 0.1)
    }

    @Test(
        arguments: [
            (0, "0"), (12, "12"), (0.5, "0.5"), (0.000_001, "0.000001"), (1.25, "1.25"), (-0.5, "-0.5"),
            (1e9, "1000000000"),
        ] as [(Double, String)])
    func `Numbers are short`(value: Double, text: String) {
        #expect(DashboardSnapshot.number(value) == text)
    }

    private static func service(
        _ name: String, queued: Int, workers: Int, isConfigured: Bool = true, lostAt: ContinuousClock.Instant? = nil
    ) -> BrokerSnapshot.Service {
        BrokerSnapshot.Service(
            name: name, queued: queued, workers: workers, isConfigured: isConfigured, lostAt: lostAt, webSockets: 0,
            messagesFromClients: 0, messagesToClients: 0)
    }

    private static func snapshot(
        _ services: [BrokerSnapshot.Service], _ window: RequestWindow = RequestWindow(),
        programs: [ProgramSnapshot] = [], topics: TopicSnapshot? = nil
    ) -> DashboardSnapshot {
        let broker = BrokerSnapshot(
            workers: [], services: services, inFlight: 0, requests: 0, counters: BrokerCounters())
        return DashboardSnapshot(
            time: 0, seconds: 1, window, broker, connections: 0, programs: programs, topics: topics)
    }

    /// Snapshots with a service of so many that wait, one each second.
    private static func history(
        queued: [Int], workers: Int = 1, requests: Int = 100, errors: [GatewayFailure: Int] = [:]
    ) -> [DashboardSnapshot] {
        queued.map { queued in
            var window = RequestWindow()
            window.requests = requests
            window.errors = errors
            return snapshot([service("s", queued: queued, workers: workers)], window)
        }
    }

    @Test func `What is wrong is said in words`() {
        func problems(_ history: [DashboardSnapshot]) -> [String] { DashboardProblems.list(history) }
        #expect(problems([]) == [] && problems(Self.history(queued: [0, 0])) == [])
        #expect(problems(Self.history(queued: [2], workers: 0)) == ["Service s has no workers; 2 requests wait."])
        #expect(
            problems(Self.history(queued: [0, 5, 9, 20])) == ["The queue of s grows: 20 requests wait for 1 worker."])
        #expect(problems(Self.history(queued: [20, 5, 9, 3])) == [])
        #expect(problems(Self.history(queued: [0, 0, 0, 1])) == [])
        #expect(problems(Self.history(queued: [0, 0], errors: [.queueFull: 1])) == [])
        #expect(
            problems(Self.history(queued: [0, 0], errors: [.queueFull: 5, .noWorker: 2]))
                == ["7 % of the requests of the last 10 seconds failed, most with queue-full."])
    }

    @Test func `What clients do wrong is no failure of the gateway's`() {
        let probes: [GatewayFailure: Int] = [.unknownService: 50, .badRequest: 9, .notImplemented: 3]
        #expect(DashboardProblems.list(Self.history(queued: [0, 0], errors: probes)) == [])
        let both = probes.merging([.workerLost: 5]) { $1 }
        #expect(
            DashboardProblems.list(Self.history(queued: [0, 0], errors: both))
                == ["5 % of the requests of the last 10 seconds failed, most with worker-lost."])
    }

    @Test(arguments: [(590, false, 0, true), (610, false, 0, false), (610, true, 0, true), (610, false, 1, true)])
    func `A service that was tried out is missed for ten minutes, and one that is needed always`(
        seconds: Int, isConfigured: Bool, queued: Int, isSaid: Bool
    ) {
        let lostAt = ContinuousClock.now - .seconds(seconds)
        let service = Self.service("s", queued: queued, workers: 0, isConfigured: isConfigured, lostAt: lostAt)
        #expect(DashboardProblems.list([Self.snapshot([service])]).isEmpty == !isSaid)
    }

    @Test func `A program that ends again and again is named`() {
        let program = ProgramSnapshot(
            name: "p", count: 1, restarts: 5, isFailing: true, isRestarting: false, processes: [])
        let problems = DashboardProblems.list([Self.snapshot([], programs: [program])])
        #expect(problems == ["Program p ends at once again and again; the log has what it writes."])
    }

    @Test func `Readers of streams are part of a snapshot, and so of the past`() {
        let routes = [("/b/", 2), ("/a/", 1)].map {
            TopicSnapshot.Route(label: $0.0, clients: $0.1, messages: 0, dropped: 0)
        }
        let snapshot = Self.snapshot([], topics: TopicSnapshot(routes: routes))
        #expect(snapshot.json.hasSuffix(#","streams":[{"route":"/a/","clients":1},{"route":"/b/","clients":2}]}"#))
        #expect(Self.snapshot([]).json.hasSuffix(#","streams":[]}"#))
    }

    @Test func `Of very many services the busiest are told apart, and none is lost from the sums`() {
        let services = (0..<10_000).map {
            Self.service("service-\($0)", queued: $0 == 7_777 ? 5 : 0, workers: $0 % 2)
        }
        let snapshot = Self.snapshot(services)
        #expect(snapshot.services.count == 200)
        #expect(snapshot.services.contains { $0.name == "service-7777" && $0.queued == 5 })
        #expect(snapshot.services.reduce(0) { $0 + $1.workers } == 5_000)
        #expect(snapshot.json.utf8.count < 20_000)
        // Nobody reads ten thousand sentences either.
        let idle = (0..<150).map { Self.service("service-\($0)", queued: $0 == 149 ? 1 : 0, workers: 0) }
        let problems = DashboardProblems.list([Self.snapshot(idle)])
        #expect(problems.first == "Service service-149 has no workers; 1 request wait.")
        #expect(problems.count == 21 && problems.last == "130 further services without workers.")
    }
}
