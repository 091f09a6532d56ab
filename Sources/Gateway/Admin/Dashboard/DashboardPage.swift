import TextFormats
import WorkerProtocol

/// The dashboard as a page, with what is known at the moment: so it can be read without script, which then keeps it up to
/// date.
enum DashboardPage {
    /// The files that belong to it, by their paths, with their content types.
    static let files: [String: (type: String, bytes: [UInt8])] = [
        "/dashboard.css": ("text/css; charset=utf-8", PackageResources.dashboard_css),
        "/dashboard.js": ("text/javascript; charset=utf-8", PackageResources.dashboard_js),
        "/icon.svg": ("image/svg+xml", PackageResources.icon_svg),
    ]

    private static let template = String(decoding: PackageResources.dashboard_html, as: UTF8.self)

    /// The page.
    ///
    /// - Parameter links: the other pages, as items of a list.
    static func text(_ state: Dashboard.State, links: String, at now: ContinuousClock.Instant) -> String {
        let snapshot = state.history.last
        func figure(_ share: Double) -> String {
            snapshot?.latency.quantile(share).map { "\(DashboardSnapshot.number(($0 * 1e5).rounded() / 100)) ms" }
                ?? "–"
        }
        let places = [
            "problems": state.problems.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n"),
            "verdict": state.problems.isEmpty ? "Nothing is wrong." : "What is wrong",
            "requests": snapshot.map { "\(Int($0.requestsPerSecond.rounded()))" } ?? "–",
            "median": figure(0.5), "slow": figure(0.99),
            "queued": "\(snapshot?.services.reduce(0) { $0 + $1.queued } ?? 0)",
            "workers": "\(snapshot?.services.reduce(0) { $0 + $1.workers } ?? 0)",
            "connections": "\(snapshot?.connections ?? 0)", "rows": rows(state, at: now),
            "programs": programs(snapshot?.programs ?? []), "links": links,
        ]
        return places.reduce(template) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// What the script asks for beside the snapshots: a document of JSON.
    static func details(_ state: Dashboard.State, at now: ContinuousClock.Instant) -> String {
        let workers = sorted(state).map { worker in
            """
            {"service":\(JSONText.quote(worker.service)),"address":\(JSONText.quote(worker.address ?? "")),\
            "concurrency":\(worker.concurrency),"in_flight":\(worker.inFlight),"served":\(worker.served),\
            "age":\(seconds(worker.registered, now)),"heard":\(seconds(worker.lastHeard, now)),\
            "draining":\(worker.isDraining),"id":\(JSONText.quote(worker.routingID.printable))}
            """
        }
        let total = state.broker?.workers.count ?? 0
        return """
            {"problems":[\(state.problems.map(JSONText.quote).joined(separator: ","))],\
            "workers":[\(workers.joined(separator: ","))],"all_workers":\(total)}

            """
    }

    /// The most workers that are listed; `/workers` has them all.
    static let mostWorkers = 200

    private static func sorted(_ state: Dashboard.State) -> ArraySlice<BrokerSnapshot.Worker> {
        (state.broker?.workers ?? []).sorted { ($0.service, $0.registered) < ($1.service, $1.registered) }
            .prefix(mostWorkers)
    }

    private static func rows(_ state: Dashboard.State, at now: ContinuousClock.Instant) -> String {
        sorted(state).map { worker in
            let cells = [
                escaped(worker.service), escaped(worker.address ?? ""), "\(worker.inFlight) of \(worker.concurrency)",
                "\(worker.served)", "\(seconds(worker.registered, now)) s", "\(seconds(worker.lastHeard, now)) s",
            ]
            return "<tr>\(cells.map { "<td>\($0)</td>" }.joined())</tr>"
        }.joined(separator: "\n")
    }

    private static func programs(_ programs: [ProgramSnapshot]) -> String {
        programs.map { program in
            let state = program.isFailing ? "ends again and again" : program.isRestarting ? "restarting" : "runs"
            let cells = [escaped(program.name), "\(program.up) of \(program.count)", "\(program.restarts)", state]
            return "<tr>\(cells.map { "<td>\($0)</td>" }.joined())</tr>"
        }.joined(separator: "\n")
    }

    private static func seconds(_ then: ContinuousClock.Instant, _ now: ContinuousClock.Instant) -> Int {
        max(0, Int((now - then) / .seconds(1)))
    }

    private static func escaped(_ text: String) -> String {
        // A brace might be taken for a place in the template.
        HTMLText.escape(text).replacing("{", with: "&#123;")
    }
}
