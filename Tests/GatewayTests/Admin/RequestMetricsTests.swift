import Metrics
import PrometheusText
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// What is counted, and under which labels.
@Suite struct RequestMetricsTests {
    private let registry = PrometheusMetrics(buckets: [0.001])

    private var lines: Set<Substring> { Set(registry.text().split(separator: "\n")) }

    private static func request(
        _ method: String, service: String? = nil, status: Int? = 200, failure: GatewayFailure? = nil,
        microseconds: Int64 = 500
    ) -> FinishedRequest {
        FinishedRequest(
            requestID: "r", client: "192.0.2.1", method: method, target: "/", service: service, status: status,
            failure: failure,
            outcome: .answered, bytesIn: 0, bytesOut: 0, microseconds: microseconds)
    }

    @Test func `Requests are counted by service, method and status, and timed by service`() {
        let metrics = RequestMetrics(GatewayMetrics(registry))
        for (service, status) in [("a", 200), ("b", 200), ("a", 200), ("a", 502)] {
            metrics.count(Self.request("GET", service: service, status: status))
        }
        metrics.count(Self.request("POST", service: "a", microseconds: 2000))
        let lines = lines
        #expect(lines.contains("webgateway_requests_total{service=\"a\",method=\"GET\",status=\"200\"} 2"))
        #expect(lines.contains("webgateway_requests_total{service=\"a\",method=\"GET\",status=\"502\"} 1"))
        #expect(lines.contains("webgateway_requests_total{service=\"a\",method=\"POST\",status=\"200\"} 1"))
        #expect(lines.contains("webgateway_requests_total{service=\"b\",method=\"GET\",status=\"200\"} 1"))
        #expect(lines.contains("webgateway_request_seconds_bucket{service=\"a\",le=\"0.001\"} 3"))
        #expect(lines.contains("webgateway_request_seconds_bucket{service=\"a\",le=\"+Inf\"} 4"))
        #expect(lines.contains("webgateway_request_seconds_sum{service=\"a\"} 0.0035"))
    }

    @Test func `No label has a value that a client chose`() {
        let metrics = RequestMetrics(GatewayMetrics(registry))
        for method in ["get", "BREW", "X\"}", ""] { metrics.count(Self.request(method, status: 404)) }
        metrics.count(Self.request("GET", status: nil))
        #expect(lines.contains("webgateway_requests_total{service=\"\",method=\"other\",status=\"404\"} 4"))
        #expect(lines.contains("webgateway_requests_total{service=\"\",method=\"GET\",status=\"none\"} 1"))
        #expect(registry.text().split(separator: "\n").count { $0.hasPrefix("webgateway_requests_total{") } == 2)
    }

    @Test func `Every code is there from the start, and counts`() {
        let metrics = RequestMetrics(GatewayMetrics(registry))
        for code in GatewayFailure.allCases {
            #expect(lines.contains("webgateway_errors_total{code=\"\(code.rawValue)\"} 0"))
        }
        metrics.count(Self.request("GET", status: 503, failure: .queueFull))
        #expect(lines.contains("webgateway_errors_total{code=\"queue-full\"} 1"))
    }

    @Test func `Several event loops count into the same series`() {
        let metrics = GatewayMetrics(registry)
        for loop in [RequestMetrics(metrics), RequestMetrics(metrics)] { loop.count(Self.request("PUT", service: "s")) }
        #expect(lines.contains("webgateway_requests_total{service=\"s\",method=\"PUT\",status=\"200\"} 2"))
    }

    @Test func `What the broker knows is taken over, and a service that is gone disappears`() throws {
        let metrics = GatewayMetrics(registry)
        var script = BrokerScript { $0.serviceLimit = 1 }
        script.ready("a", "s")
        for number in 1...3 { script.submit(UInt64(number)) }
        _ = script.log()
        metrics.sample(script.broker.snapshot(), connections: 5)
        for line in [
            "webgateway_in_flight 1", "webgateway_connections 5", "webgateway_queue_depth{service=\"s\"} 2",
            "webgateway_workers{service=\"s\"} 1", "webgateway_retries_total 0",
        ] { #expect(lines.contains(Substring(line)), "\(line)") }

        // The worker is lost with a GET, which waits for another.
        try script.say("a", .disconnect)
        for number in 1...3 { script.cancel(UInt64(number)) }
        script.ready("b", "t")
        _ = script.log()
        for _ in 0..<2 { metrics.sample(script.broker.snapshot(), connections: 0) }
        #expect(lines.contains("webgateway_retries_total 1"))
        #expect(lines.contains("webgateway_workers_lost_total 1"))
        #expect(lines.contains("webgateway_workers{service=\"t\"} 1"))
        #expect(!registry.text().contains("service=\"s\""))
    }

    @Test func `Streams are counted by route, and a route that is gone is shown no more`() {
        let metrics = GatewayMetrics(registry)
        for messages in [2, 5, 5] {
            metrics.sample(
                TopicSnapshot(routes: [.init(label: "/r/", clients: messages, messages: messages, dropped: 1)]))
        }
        #expect(lines.contains("webgateway_stream_clients{route=\"/r/\"} 5"))
        #expect(lines.contains("webgateway_stream_messages_total{route=\"/r/\"} 5"))
        #expect(lines.contains("webgateway_stream_dropped_total{route=\"/r/\"} 1"))
        metrics.sample(TopicSnapshot(routes: []))
        #expect(!registry.text().contains("route=\"/r/\""))
    }

    @Test func `Every metric has a sentence that says what it is`() throws {
        let metrics = GatewayMetrics(registry)
        RequestMetrics(metrics).count(Self.request("GET", service: "s"))
        var script = BrokerScript()
        script.ready("a", "s", "websocket=1")
        script.submit(1, webSocket: .wanted)
        _ = script.log()
        try script.partial("a", 1, ["101\r\n", ""])
        metrics.sample(script.broker.snapshot(), connections: 0)
        metrics.sample(TopicSnapshot(routes: [.init(label: "/r/", clients: 1, messages: 2, dropped: 3)]))
        let names = registry.text().split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { String($0.split(separator: " ")[2]) }
        #expect(Set(names) == Set(Gateway.metricsHelp.keys))
    }
}
