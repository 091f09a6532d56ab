import SwiftZMQ
import TopicMatching

extension TopicBroadcaster {
    /// Takes other routes.
    ///
    /// The streams of a route that is gone end. Those of one that has other publishers or another history go on: it is
    /// the same place for a client, and what it missed it is told when it comes back.
    mutating func reconfigure(_ wanted: [TopicRoute]) {
        configuration.routes = wanted
        let labels = Set(wanted.map(\.label))
        for (label, slot) in routeIndex where !labels.contains(label) { removeRoute(slot, label) }
        for route in wanted {
            if let slot = routeIndex[route.label] { change(slot, to: route) } else { add(route) }
        }
        upstreams = upstreams.filter { !$0.value.routes.isEmpty }
    }

    mutating func add(_ route: TopicRoute) {
        guard routeIndex[route.label] == nil else { return }
        let slot = routes.insert(RouteRecord(route))
        routeIndex[route.label] = slot
        for endpoint in route.endpoints { upstreams[endpoint, default: Upstream()].routes.append(slot) }
    }

    private mutating func removeRoute(_ slot: Int, _ label: String) {
        for (id, reader) in readerIndex where readers[reader].route == slot {
            emit(id, .end(Frame()))
            remove(id)
        }
        for endpoint in routes[slot].route.endpoints { upstreams[endpoint]?.routes.removeAll { $0 == slot } }
        routeIndex[label] = nil
        routes.remove(slot)
    }

    private mutating func change(_ slot: Int, to route: TopicRoute) {
        let before = routes[slot].route
        let prefixes = routes[slot].prefixes.filter { !$0.readers.isEmpty }.map(\.text)
        for endpoint in before.endpoints where !route.endpoints.contains(endpoint) {
            for prefix in prefixes { renounce(prefix, of: endpoint) }
            upstreams[endpoint]?.routes.removeAll { $0 == slot }
        }
        for endpoint in route.endpoints where !before.endpoints.contains(endpoint) {
            upstreams[endpoint, default: Upstream()].routes.append(slot)
            for prefix in prefixes { want(prefix, of: endpoint) }
        }
        routes[slot].route = route
        if route.history != before.history { routes[slot].history.setCapacity(route.history) }
    }

    /// What is counted for each route.
    func snapshot() -> TopicSnapshot {
        TopicSnapshot(
            routes: routeIndex.map { label, slot in
                TopicSnapshot.Route(
                    label: label, clients: routes[slot].clients, messages: routes[slot].messages,
                    dropped: routes[slot].dropped)
            })
    }
}
