import Metrics

/// Counts the requests of one event loop. Used on that loop alone.
///
/// The counters of a service are found by comparing its name with that of the request before, or by one look into a
/// dictionary, and those of a method and a status among the few that the service has had: a request costs no text and no
/// lock.
final class RequestMetrics {
    /// The counter of one method and one status.
    private struct Entry {
        let method: UInt8
        let status: Int
        let counter: Counter
    }

    private final class Service {
        let name: String
        let seconds: Timer
        var entries: [Entry] = []

        init(_ name: String, _ factory: any MetricsFactory) {
            self.name = name
            seconds = Timer(label: "webgateway_request_seconds", dimensions: [("service", name)], factory: factory)
        }
    }

    /// The methods that are told apart; every other is the last.
    static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "other"]

    private let factory: any MetricsFactory
    private let errors: [GatewayFailure: Counter]
    private var services: [String: Service] = [:]
    private var last: Service
    /// What was counted since ``takeWindow()`` was called last.
    private var window = RequestWindow()
    private let known: ServiceDirectory?
    /// At how many services it is looked for those that are not known any more.
    private var nextSweep = RequestMetrics.leastSweep
    private static let leastSweep = 1024

    /// - Parameter known: the services that are known; those that are not any more are counted no longer.
    init(_ metrics: GatewayMetrics, known: ServiceDirectory? = nil) {
        self.known = known
        factory = metrics.factory
        errors = metrics.errorCounters
        last = Service("", metrics.factory)
        services[""] = last
    }

    /// Counts a finished request.
    func count(_ request: borrowing FinishedRequest) {
        let service = service(named: request.service ?? "")
        let status = request.status ?? 0
        let method = Self.index(of: request.method)
        counter(of: service, method: method, status: status).increment()
        if request.status != nil { service.seconds.recordNanoseconds(request.microseconds &* 1000) }
        window.requests += 1
        if request.status != nil { window.latency.add(microseconds: request.microseconds) }
        guard let failure = request.failure else { return }
        errors[failure]?.increment()
        window.errors[failure, default: 0] += 1
    }

    /// What was counted since this was called last.
    func takeWindow() -> RequestWindow {
        defer { window = RequestWindow() }
        return window
    }

    private func service(named name: String) -> Service {
        if last.name == name { return last }
        if let known = services[name] {
            last = known
        } else {
            sweep()
            last = Service(name, factory)
            services[name] = last
        }
        return last
    }

    /// Lets go of the services that were forgotten, so that nobody fills the memory with ever new names. Routes, of which
    /// there are few, stand among them by their paths.
    private func sweep() {
        guard let known, services.count >= nextSweep else { return }
        let names = known.all
        for (name, service) in services
        where !name.isEmpty && !names.contains(name) && !name.contains("/") {
            services[name] = nil
            service.seconds.destroy()
            for entry in service.entries { entry.counter.destroy() }
        }
        nextSweep = max(Self.leastSweep, services.count * 2)
    }

    private func counter(of service: Service, method: UInt8, status: Int) -> Counter {
        for entry in service.entries where entry.status == status && entry.method == method { return entry.counter }
        let counter = Counter(
            label: "webgateway_requests_total",
            dimensions: [
                ("service", service.name), ("method", Self.methods[Int(method)]),
                // No status was sent to a client that had gone away before.
                ("status", status == 0 ? "none" : String(status)),
            ], factory: factory)
        service.entries.append(Entry(method: method, status: status, counter: counter))
        return counter
    }

    private static func index(of method: String) -> UInt8 {
        switch method {
        case "GET": 0
        case "HEAD": 1
        case "POST": 2
        case "PUT": 3
        case "PATCH": 4
        case "DELETE": 5
        case "OPTIONS": 6
        case "CONNECT": 7
        case "TRACE": 8
        default: 9
        }
    }
}
