import CoreMetrics
import PrometheusText
import Testing

@Suite struct PrometheusMetricsTests {
    let metrics = PrometheusMetrics(buckets: [1, 0.1], help: ["a_total": "What a\\b\nsays."])

    @Test func `Each kind of metric has its lines, ordered by name and labels`() {
        metrics.makeCounter(label: "a_total", dimensions: [("x", "2"), ("y", "")]).increment(by: 7)
        metrics.makeCounter(label: "a_total", dimensions: [("x", "1")]).increment(by: 1)
        metrics.makeFloatingPointCounter(label: "f_total", dimensions: []).increment(by: 0.5)
        let meter = metrics.makeMeter(label: "m", dimensions: [])
        meter.set(Int64(4))
        meter.increment(by: 1)
        meter.decrement(by: 0.5)
        metrics.makeRecorder(label: "r", dimensions: [], aggregate: false).record(2.0)
        let timer = metrics.makeTimer(label: "t_seconds", dimensions: [("s", "q")])
        for nanoseconds in [50_000_000, 100_000_000, 500_000_000, 9_000_000_000] as [Int64] {
            timer.recordNanoseconds(nanoseconds)
        }
        #expect(
            metrics.text() == """
                # HELP a_total What a\\\\b\\nsays.
                # TYPE a_total counter
                a_total{x="1"} 1
                a_total{x="2",y=""} 7
                # TYPE f_total counter
                f_total 0.5
                # TYPE m gauge
                m 4.5
                # TYPE r gauge
                r 2
                # TYPE t_seconds histogram
                t_seconds_bucket{s="q",le="0.1"} 2
                t_seconds_bucket{s="q",le="1"} 3
                t_seconds_bucket{s="q",le="+Inf"} 4
                t_seconds_sum{s="q"} 9.65
                t_seconds_count{s="q"} 4

                """)
    }

    @Test func `The same name and labels are one series, until it is destroyed`() {
        let first = metrics.makeCounter(label: "a", dimensions: [("x", "1")])
        first.increment(by: 1)
        metrics.makeCounter(label: "a", dimensions: [("x", "1")]).increment(by: 1)
        #expect(metrics.text() == "# TYPE a counter\na{x=\"1\"} 2\n")
        metrics.destroyCounter(first)
        #expect(metrics.text() == "")
        metrics.makeCounter(label: "a", dimensions: [("x", "1")]).increment(by: 5)
        metrics.destroyCounter(first)
        #expect(metrics.text() == "# TYPE a counter\na{x=\"1\"} 5\n")
    }

    @Test func `Whatever a label says stays within it`() {
        metrics.makeCounter(label: "1 a-b:c", dimensions: [("0x:y", "\"} 1\nb{\\")]).increment(by: 1)
        #expect(metrics.text() == "# TYPE __a_b:c counter\n__a_b:c{_x_y=\"\\\"} 1\\nb{\\\\\"} 1\n")
    }

    @Test func `Two kinds under one name do not mix`() {
        metrics.makeCounter(label: "a", dimensions: []).increment(by: 1)
        metrics.makeMeter(label: "a", dimensions: []).set(Int64(2))
        metrics.makeFloatingPointCounter(label: "a", dimensions: []).increment(by: 3)
        #expect(
            metrics.text()
                == "# TYPE a counter\na 1\n# TYPE a_counter counter\na_counter 3\n# TYPE a_gauge gauge\na_gauge 2\n")
    }

    @Test func `Nothing is lost when many count at once`() async {
        let counter = metrics.makeCounter(label: "c", dimensions: [])
        let timer = metrics.makeTimer(label: "t", dimensions: [])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment(by: 1)
                        timer.recordNanoseconds(1_000_000_000)
                    }
                }
            }
        }
        let lines = metrics.text().split(separator: "\n")
        #expect(lines.contains("c 40000"))
        #expect(lines.contains("t_sum 40000"))
        #expect(lines.contains("t_count 40000"))
    }
}
