import TextFormats

/// What the dashboard shows of one second.
struct DashboardSnapshot: Sendable {
    struct Service: Sendable {
        let name: String
        let workers: Int
        let inFlight: Int
        let queued: Int
        /// Whether it has no workers and should have some: the settings name it, requests wait, or it had some within the
        /// time that the dashboard shows. One that was only tried out is missed no longer than that.
        var isMissed = false
    }

    /// When it was made, in seconds since 1970.
    let time: Double
    let requestsPerSecond: Double
    let latency: LatencyHistogram
    /// By name; of more than ``mostServices`` the rest as one, whose name is empty, as that of no service is.
    let services: [Service]
    /// Requests that the gateway itself let fail, by code, since the snapshot before.
    let errors: [GatewayFailure: Int]
    let connections: Int
    let programs: [ProgramSnapshot]
    /// The readers of topic streams by the route's label, ordered by it.
    let streams: [(route: String, clients: Int)]

    /// The most services that are told apart. Ten minutes of snapshots are kept, and names of services may be many.
    static let mostServices = 200

    /// - Parameters:
    ///   - seconds: how long the window was.
    ///   - now: when it is made.
    init(
        time: Double, seconds: Double, _ window: RequestWindow, _ broker: BrokerSnapshot, connections: Int,
        programs: [ProgramSnapshot], topics: TopicSnapshot?, at now: ContinuousClock.Instant = .now
    ) {
        self.time = time
        requestsPerSecond = seconds > 0 ? Double(window.requests) / seconds : 0
        latency = window.latency
        errors = window.errors
        self.connections = connections
        self.programs = programs
        streams = (topics?.routes ?? []).map { (route: $0.label, clients: $0.clients) }
            .sorted { $0.route < $1.route }
        let inFlight = broker.workers.reduce(into: [:]) { $0[$1.service, default: 0] += $1.inFlight }
        let known = broker.services.map {
            Service(
                name: $0.name, workers: $0.workers, inFlight: inFlight[$0.name] ?? 0, queued: $0.queued,
                isMissed: Self.isMissed($0, at: now))
        }
        services = Self.bounded(known).sorted { $0.name < $1.name }
    }

    private static func isMissed(_ service: BrokerSnapshot.Service, at now: ContinuousClock.Instant) -> Bool {
        guard service.workers == 0 else { return false }
        if service.isConfigured || service.queued > 0 { return true }
        return service.lostAt.map { now - $0 < .seconds(Dashboard.kept) } ?? false
    }

    /// Those where most waits, is done and works, and one for the rest.
    private static func bounded(_ services: [Service]) -> [Service] {
        guard services.count > mostServices else { return services }
        let busiest = services.sorted {
            ($0.queued, $0.inFlight, $0.workers, $1.name) > ($1.queued, $1.inFlight, $1.workers, $0.name)
        }
        let rest = busiest.dropFirst(mostServices - 1)
        func sum(_ figure: (Service) -> Int) -> Int { rest.reduce(0) { $0 + figure($1) } }
        let others = Service(name: "", workers: sum(\.workers), inFlight: sum(\.inFlight), queued: sum(\.queued))
        return busiest.prefix(mostServices - 1) + [others]
    }

    /// One line of JSON: an event of `/events`.
    var json: String {
        func quantile(_ share: Double) -> String { latency.quantile(share).map { Self.number($0) } ?? "null" }
        let services = services.map {
            "{\"name\":\(JSONText.quote($0.name)),\"workers\":\($0.workers),\"in_flight\":\($0.inFlight),\"queued\":\($0.queued)}"
        }
        let errors = errors.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\"\($0.key.rawValue)\":\($0.value)" }
        let programs = programs.map {
            """
            {"name":\(JSONText.quote($0.name)),"count":\($0.count),"up":\($0.up),"restarts":\($0.restarts),\
            "failing":\($0.isFailing),"restarting":\($0.isRestarting)}
            """
        }
        let streams = streams.map { "{\"route\":\(JSONText.quote($0.route)),\"clients\":\($0.clients)}" }
        return """
            {"time":\(Self.number(time)),"requests_per_second":\(Self.number(requestsPerSecond)),\
            "latency":{"p50":\(quantile(0.5)),"p90":\(quantile(0.9)),"p99":\(quantile(0.99))},\
            "services":[\(services.joined(separator: ","))],"errors":{\(errors.joined(separator: ","))},\
            "connections":\(connections),"programs":[\(programs.joined(separator: ","))],\
            "streams":[\(streams.joined(separator: ","))]}
            """
    }

    /// A number with six digits behind the point at most.
    static func number(_ value: Double) -> String {
        let millionths = Int64((value * 1e6).rounded())
        guard millionths % 1_000_000 != 0 else { return "\(millionths / 1_000_000)" }
        let digits = String(abs(millionths % 1_000_000))
        let fraction = String(repeating: "0", count: 6 - digits.count) + digits
        let end = fraction.lastIndex { $0 != "0" } ?? fraction.startIndex
        return "\(millionths < 0 ? "-" : "")\(abs(millionths / 1_000_000)).\(fraction[...end])"
    }
}
