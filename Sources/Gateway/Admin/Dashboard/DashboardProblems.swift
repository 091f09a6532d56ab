/// What is wrong, in words, by the last snapshots.
enum DashboardProblems {
    /// How many seconds are looked at.
    static let span = 10

    /// The most services without workers that are named.
    static let mostNamed = 20

    /// One sentence for each thing that is wrong, the worst first.
    ///
    /// - Parameter history: the snapshots, the latest last.
    static func list(_ history: some BidirectionalCollection<DashboardSnapshot>) -> [String] {
        guard let now = history.last else { return [] }
        let recent = history.suffix(span + 1)
        var problems: [String] = []
        let missed = now.services.filter(\.isMissed).sorted { ($0.queued, $1.name) > ($1.queued, $0.name) }
        for service in missed.prefix(mostNamed) {
            let waiting = service.queued > 0 ? "; \(count(service.queued, "request")) wait" : ""
            problems.append("Service \(service.name) has no workers\(waiting).")
        }
        if missed.count > mostNamed {
            problems.append("\(count(missed.count - mostNamed, "further service")) without workers.")
        }
        for program in now.programs where program.isFailing {
            problems.append("Program \(program.name) ends at once again and again; the log has what it writes.")
        }
        for service in now.services where service.workers > 0 && !service.name.isEmpty && isGrowing(service, recent) {
            problems.append(
                "The queue of \(service.name) grows: \(count(service.queued, "request")) wait for \(count(service.workers, "worker"))."
            )
        }
        let errors = recent.suffix(span).reduce(into: [GatewayFailure: Int]()) {
            $0.merge($1.errors.filter { !$0.key.isClientsFault }, uniquingKeysWith: +)
        }
        let requests = recent.suffix(span).reduce(0) { $0 + $1.requestsPerSecond }
        let failed = errors.values.reduce(0, +)
        if failed > 0, Double(failed) > requests / 100 {
            let worst = errors.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key.rawValue ?? ""
            let share = min(100, Int((Double(failed) * 100 / max(requests, 1)).rounded(.up)))
            problems.append("\(share) % of the requests of the last \(span) seconds failed, most with \(worst).")
        }
        return problems
    }

    /// A queue grows that is longer than it was, and was not empty all the time.
    private static func isGrowing(
        _ service: DashboardSnapshot.Service, _ recent: some BidirectionalCollection<DashboardSnapshot>
    ) -> Bool {
        guard service.queued > 0 else { return false }
        let lengths = recent.map { snapshot in snapshot.services.first { $0.name == service.name }?.queued ?? 0 }
        guard lengths.count > 3, let first = lengths.first else { return false }
        return service.queued > first && lengths.suffix(3).allSatisfy { $0 > 0 }
    }

    private static func count(_ number: Int, _ thing: String) -> String {
        number == 1 ? "1 \(thing)" : "\(number) \(thing)s"
    }
}
