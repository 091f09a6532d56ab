import Metrics
import NIOConcurrencyHelpers

/// What the gateway counts, through swift-metrics: whatever backend is plugged in gets it.
///
/// Requests are counted on their event loop, see ``RequestMetrics``; what the broker knows is taken over from time to
/// time by ``sample(_:connections:)``. No label has a value that a client could choose: methods that HTTP does not know
/// are `other`, and a service is one that a worker has registered or a route names.
final class GatewayMetrics: Sendable {
    /// What each metric is, by its name.
    static let help = [
        "webgateway_requests_total": "Requests finished, by service, method and status.",
        "webgateway_request_seconds": "Time from the end of a request's head to the end of its response.",
        "webgateway_in_flight": "Requests that are at a worker.",
        "webgateway_queue_depth": "Requests that wait for a worker.",
        "webgateway_workers": "Registered workers.",
        "webgateway_retries_total": "Requests sent to another worker after the first was lost.",
        "webgateway_late_replies_total": "Replies, and pieces of replies, that came after their requests were over.",
        "webgateway_handshake_failures_total": "Connections to the workers' endpoints that failed before they stood.",
        "webgateway_tls_handshake_failures_total": "Connections of HTTPS clients that failed before they stood.",
        "webgateway_errors_total": "Requests over HTTP and of MDP clients that the gateway itself let fail, by code.",
        "webgateway_connections": "Open HTTP connections.",
        "webgateway_workers_lost_total": "Workers lost for whatever reason.",
        "webgateway_websockets": "WebSockets to workers that are open.",
        "webgateway_websocket_messages_total": "Messages through WebSockets to workers, by direction.",
        "webgateway_stream_clients": "Topic streams that are open, WebSockets among them.",
        "webgateway_stream_messages_total": "Messages of publishers that somebody read, each once.",
        "webgateway_stream_dropped_total": "Messages dropped for readers that did not keep up, once for each of them.",
    ]

    /// What is kept of one service.
    private struct ServiceMeters {
        let queueDepth: Meter
        let workers: Meter
        /// Of WebSockets, from the first on.
        var webSockets: WebSocketMeters?
    }

    private struct WebSocketMeters {
        let open: Meter
        let fromClients: Counter
        let toClients: Counter
        var counted: BrokerSnapshot.Service
    }

    /// What is kept of one route with `subscribe`.
    private struct StreamMeters {
        let clients: Meter
        let messages: Counter
        let dropped: Counter
        var counted: TopicSnapshot.Route
    }

    private struct State {
        var streams: [String: StreamMeters] = [:]
        var services: [String: ServiceMeters] = [:]
        var counters = BrokerCounters()
    }

    let factory: any MetricsFactory
    private let inFlight: Meter
    private let connections: Meter
    private let retries: Counter
    private let lateReplies: Counter
    private let workersLost: Counter
    private let handshakeFailures: Counter
    private let tlsHandshakeFailures: Counter
    private let state = NIOLockedValueBox(State())

    init(_ factory: any MetricsFactory) {
        self.factory = factory
        inFlight = Meter(label: "webgateway_in_flight", dimensions: [], factory: factory)
        connections = Meter(label: "webgateway_connections", dimensions: [], factory: factory)
        retries = Counter(label: "webgateway_retries_total", dimensions: [], factory: factory)
        lateReplies = Counter(label: "webgateway_late_replies_total", dimensions: [], factory: factory)
        workersLost = Counter(label: "webgateway_workers_lost_total", dimensions: [], factory: factory)
        handshakeFailures = Counter(label: "webgateway_handshake_failures_total", dimensions: [], factory: factory)
        tlsHandshakeFailures = Counter(
            label: "webgateway_tls_handshake_failures_total", dimensions: [], factory: factory)
        // So that a rate can be taken from the first error on.
        _ = errorCounters
    }

    /// The counters of all codes, for use by one thread; whoever asks for them anew counts into the same.
    var errorCounters: [GatewayFailure: Counter] {
        Dictionary(
            uniqueKeysWithValues: GatewayFailure.allCases.map { code in
                let dimensions = [("code", code.rawValue)]
                return (code, Counter(label: "webgateway_errors_total", dimensions: dimensions, factory: factory))
            })
    }

    /// A connection of a worker failed before it stood.
    func handshakeFailed() { handshakeFailures.increment() }

    /// A connection of an HTTPS client failed before it stood.
    func tlsHandshakeFailed() { tlsHandshakeFailures.increment() }

    /// Takes over what the broker knows at a moment.
    func sample(_ snapshot: BrokerSnapshot, connections: Int) {
        inFlight.set(snapshot.inFlight)
        self.connections.set(connections)
        state.withLockedValue { state in
            let counters = snapshot.counters
            // A snapshot that was overtaken by a later one must not count backwards.
            if counters.submitted >= state.counters.submitted {
                retries.increment(by: max(0, counters.retries - state.counters.retries))
                lateReplies.increment(by: max(0, counters.lateReplies - state.counters.lateReplies))
                workersLost.increment(by: max(0, counters.workersLost - state.counters.workersLost))
                state.counters = counters
            }
            var gone = Set(state.services.keys)
            for service in snapshot.services {
                gone.remove(service.name)
                var meters = state.services[service.name] ?? makeMeters(service.name)
                meters.queueDepth.set(service.queued)
                meters.workers.set(service.workers)
                sampleWebSockets(of: service, &meters.webSockets)
                state.services[service.name] = meters
            }
            for name in gone {
                let meters = state.services.removeValue(forKey: name)
                meters?.queueDepth.destroy()
                meters?.workers.destroy()
                meters?.webSockets?.open.destroy()
                meters?.webSockets?.fromClients.destroy()
                meters?.webSockets?.toClients.destroy()
            }
        }
    }

    private func sampleWebSockets(of service: BrokerSnapshot.Service, _ meters: inout WebSocketMeters?) {
        if meters == nil, service.webSockets > 0 || service.messagesFromClients + service.messagesToClients > 0 {
            meters = makeWebSocketMeters(service)
        }
        guard let counted = meters?.counted else { return }
        meters?.open.set(service.webSockets)
        // As above; and a service that was forgotten and came back counts from nothing.
        meters?.fromClients.increment(by: max(0, service.messagesFromClients - counted.messagesFromClients))
        meters?.toClients.increment(by: max(0, service.messagesToClients - counted.messagesToClients))
        meters?.counted = service
    }

    private func makeWebSocketMeters(_ service: BrokerSnapshot.Service) -> WebSocketMeters {
        func counter(_ direction: String) -> Counter {
            Counter(
                label: "webgateway_websocket_messages_total",
                dimensions: [("service", service.name), ("direction", direction)], factory: factory)
        }
        return WebSocketMeters(
            open: Meter(label: "webgateway_websockets", dimensions: [("service", service.name)], factory: factory),
            fromClients: counter("in"), toClients: counter("out"),
            counted: BrokerSnapshot.Service(
                name: service.name, queued: 0, workers: 0, isConfigured: false, lostAt: nil, webSockets: 0,
                messagesFromClients: 0, messagesToClients: 0))
    }

    /// Takes over what the broadcaster of the topic streams knows at a moment.
    func sample(_ snapshot: TopicSnapshot) {
        state.withLockedValue { state in
            var gone = Set(state.streams.keys)
            for route in snapshot.routes {
                gone.remove(route.label)
                var meters = state.streams[route.label] ?? makeStreamMeters(route.label)
                meters.clients.set(route.clients)
                // As above; and a route that was taken away and put back counts from nothing.
                meters.messages.increment(by: max(0, route.messages - meters.counted.messages))
                meters.dropped.increment(by: max(0, route.dropped - meters.counted.dropped))
                meters.counted = route
                state.streams[route.label] = meters
            }
            for label in gone {
                let meters = state.streams.removeValue(forKey: label)
                meters?.clients.destroy()
                meters?.messages.destroy()
                meters?.dropped.destroy()
            }
        }
    }

    private func makeStreamMeters(_ label: String) -> StreamMeters {
        let dimensions = [("route", label)]
        return StreamMeters(
            clients: Meter(label: "webgateway_stream_clients", dimensions: dimensions, factory: factory),
            messages: Counter(label: "webgateway_stream_messages_total", dimensions: dimensions, factory: factory),
            dropped: Counter(label: "webgateway_stream_dropped_total", dimensions: dimensions, factory: factory),
            counted: TopicSnapshot.Route(label: label, clients: 0, messages: 0, dropped: 0))
    }

    private func makeMeters(_ service: String) -> ServiceMeters {
        ServiceMeters(
            queueDepth: Meter(label: "webgateway_queue_depth", dimensions: [("service", service)], factory: factory),
            workers: Meter(label: "webgateway_workers", dimensions: [("service", service)], factory: factory))
    }
}

extension Gateway {
    /// One sentence for each metric, by its name, for a backend that shows it.
    public static var metricsHelp: [String: String] { GatewayMetrics.help }
}
