/// What the administration listener shows: health, readiness, metrics and workers.
struct AdminPages: Sendable {
    /// Whether the process can do its work.
    let isHealthy: @Sendable () -> Bool
    /// Whether requests are accepted and no drain is on.
    let isReady: @Sendable () -> Bool
    /// The metrics as Prometheus reads them, up to date; nil where another backend has them.
    let metrics: (@Sendable () async -> String)?
    /// The workers and the queues; nil once the broker has ended.
    let snapshot: @Sendable () async -> BrokerSnapshot?

    /// Answers a request.
    func answer(method: String, target: String) async -> AdminAnswer {
        let path = target.prefix { $0 != "?" }
        guard ["/", "/healthz", "/readyz", "/metrics", "/workers"].contains(path) else {
            return .text(404, "there are /healthz, /readyz, /metrics and /workers")
        }
        guard method == "GET" || method == "HEAD" else {
            var answer = AdminAnswer.text(405, "only GET and HEAD are allowed here")
            answer.allow = "GET, HEAD"
            return answer
        }
        switch path {
        case "/healthz": return isHealthy() ? .text(200, "ok") : .text(503, "the broker has ended")
        case "/readyz": return isReady() ? .text(200, "ready") : .text(503, "draining")
        case "/metrics":
            guard let metrics else { return .text(404, "the metrics go to another backend") }
            return AdminAnswer(
                status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: await metrics())
        case "/workers":
            guard let snapshot = await snapshot() else { return .text(503, "the broker has ended") }
            return AdminAnswer(
                status: 200, contentType: "application/json",
                body: WorkersDocument(snapshot, at: .now).text)
        default:
            return AdminAnswer(status: 200, contentType: "text/html; charset=utf-8", body: Self.index)
        }
    }

    private static let index = """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>webgateway</title></head>
        <body>
        <h1>webgateway</h1>
        <ul>
        <li><a href="/healthz">/healthz</a>: whether the process works</li>
        <li><a href="/readyz">/readyz</a>: whether it accepts requests</li>
        <li><a href="/metrics">/metrics</a>: metrics for Prometheus</li>
        <li><a href="/workers">/workers</a>: the registered workers</li>
        </ul>
        </body>
        </html>

        """
}
