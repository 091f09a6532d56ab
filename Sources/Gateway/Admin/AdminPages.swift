/// What the administration listener shows: the dashboard, health, readiness, metrics, workers and programs.
struct AdminPages: Sendable {
    /// Why the process cannot do its work; nil while it can.
    let failure: @Sendable () -> String?
    /// Whether requests are accepted and no drain is on.
    let isReady: @Sendable () -> Bool
    /// The metrics as Prometheus reads them, up to date; nil where another backend has them.
    let metrics: (@Sendable () async -> String)?
    /// The workers and the queues; nil once the broker has ended.
    let snapshot: @Sendable () async -> BrokerSnapshot?
    /// What is seen each second.
    let dashboard: Dashboard
    /// The programs that the gateway has started.
    let programs: @Sendable () async -> [ProgramSnapshot]
    /// Restarts one of them, and says how many processes it has; nil where there is none of that name.
    let restart: @Sendable (String) async -> Int?

    /// One page: where it is, what it is for, and what it answers.
    private struct Page: Sendable {
        /// What browsers may load for it: nothing of third parties, and no script or style within a page.
        static let policy = "default-src 'self'"

        let path: String
        let summary: String
        /// It belongs to the dashboard, which does not link to it.
        var isPart = false
        let answer: @Sendable (AdminPages) async -> AdminAnswer
    }

    /// Every page. The links, the answer to other paths and the tests follow from it.
    private static let pages: [Page] =
        [
            Page(path: "/", summary: "the dashboard", isPart: true) { pages in
                let text = DashboardPage.text(pages.dashboard.state, links: links, at: .now)
                return AdminAnswer(
                    status: 200, contentType: "text/html; charset=utf-8", body: text, policy: Page.policy)
            },
            Page(path: "/healthz", summary: "whether the process works") { pages in
                pages.failure().map { AdminAnswer.text(503, $0) } ?? .text(200, "ok")
            },
            Page(path: "/readyz", summary: "whether it accepts requests") { pages in
                pages.isReady() ? .text(200, "ready") : .text(503, "draining")
            },
            Page(path: "/metrics", summary: "metrics for Prometheus") { pages in
                guard let metrics = pages.metrics else { return .text(404, "the metrics go to another backend") }
                return AdminAnswer(
                    status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: await metrics())
            },
            Page(path: "/workers", summary: "the registered workers") { pages in
                guard let snapshot = await pages.snapshot() else { return .text(503, "the broker has ended") }
                return AdminAnswer(
                    status: 200, contentType: "application/json", body: WorkersDocument(snapshot, at: .now).text)
            },
            Page(path: "/programs", summary: "the programs that it has started") { pages in
                AdminAnswer(
                    status: 200, contentType: "application/json",
                    body: ProgramsDocument(await pages.programs(), at: .now).text)
            },
            // Answered on the connection itself: see AdminHandler.
            Page(path: "/events", summary: "a snapshot each second, as server-sent events") { _ in
                AdminAnswer(status: 200, contentType: "text/event-stream", body: "")
            },
            Page(path: "/history", summary: "the snapshots of the last ten minutes") { pages in
                let texts = pages.dashboard.state.texts.joined(separator: ",\n")
                return AdminAnswer(status: 200, contentType: "application/json", body: "[\(texts)]\n")
            },
            Page(path: "/details", summary: "what the dashboard shows besides", isPart: true) { pages in
                AdminAnswer(
                    status: 200, contentType: "application/json",
                    body: DashboardPage.details(pages.dashboard.state, at: .now))
            },
        ]
        + DashboardPage.files.sorted { $0.key < $1.key }.map { path, file in
            Page(path: path, summary: "a file of the dashboard", isPart: true) { _ in
                AdminAnswer(status: 200, contentType: file.type, body: String(decoding: file.bytes, as: UTF8.self))
            }
        }

    /// Answers a request.
    func answer(_ request: AdminRequest) async -> AdminAnswer {
        let path = request.path
        if let name = Self.programToRestart(path) { return await restart(name, request) }
        let page = Self.pages.first { $0.path == path }
        guard let page else {
            return .text(404, "there are \(Self.pages.filter { !$0.isPart }.map(\.path).joined(separator: ", "))")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            var answer = AdminAnswer.text(405, "only GET and HEAD are allowed here")
            answer.allow = "GET, HEAD"
            return answer
        }
        return await page.answer(self)
    }

    /// The name in `/programs/NAME/restart`.
    private static func programToRestart(_ path: Substring) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, parts[1] == "programs", parts[3] == "restart" else { return nil }
        return String(parts[2])
    }

    private func restart(_ name: String, _ request: AdminRequest) async -> AdminAnswer {
        guard request.method == "POST" else {
            var answer = AdminAnswer.text(405, "only POST is allowed here")
            answer.allow = "POST"
            return answer
        }
        guard !request.isFromAnotherSite else {
            return .text(403, "a page of another site may not restart programs")
        }
        if let count = await restart(name) {
            return .text(202, "restarting \(name): \(count) \(count == 1 ? "process" : "processes"), one after another")
        }
        guard isReady() else { return .text(503, "draining") }
        let names = await programs().map(\.name)
        return .text(404, names.isEmpty ? "no program was started" : "there are \(names.joined(separator: ", "))")
    }

    private static let links: String = pages.filter { !$0.isPart }.map {
        "<li><a href=\"\($0.path)\">\($0.path)</a>: \($0.summary)</li>"
    }.joined(separator: "\n")
}
