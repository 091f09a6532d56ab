/// Decides who answers a request: configured routes in order, then the first path segment, then `default`.
package struct RequestRouter: Sendable, Hashable {
    /// The service that gets what no known service claims, if it is known.
    package static let defaultService = "default"

    /// The configured routes, tried in order.
    package var routes: [Route]

    /// Makes a router; without routes the first path segment alone decides.
    package init(routes: [Route] = []) {
        self.routes = routes
    }

    /// The services that the routes name, known from the start whether or not a worker has registered.
    package var services: Set<String> { Set(routes.compactMap(\.service)) }

    /// The routes with `subscribe`, each name once.
    var topicRoutes: [TopicRoute] {
        var labels: Set<String> = []
        return routes.compactMap { route in
            guard case .topics(let source) = route.destination, labels.insert(route.label).inserted else { return nil }
            return TopicRoute(label: route.label, endpoints: source.endpoints, history: source.history)
        }
    }

    /// Where the routes with `publish` and `push` send to, each once.
    var messageTargets: [MessageTarget] {
        var known: Set<MessageTarget.SocketName> = []
        return routes.compactMap { route in
            guard case .messages(let target) = route.destination, known.insert(target.socketName).inserted else {
                return nil
            }
            return target
        }
    }

    /// Decides where a request goes.
    ///
    /// A route whose path and host fit but whose methods do not is passed over for a later one; when none of them
    /// takes the method, the request is refused with all the methods they take between them and never falls through
    /// to the first path segment.
    ///
    /// - Parameters:
    ///   - method: the request's method, as sent.
    ///   - host: the host without port in lower case, nil where the request names none.
    ///   - path: the normalized path.
    ///   - isKnown: whether a service of that name is known.
    package func decide(
        method: String, host: String?, path: RequestPath, isKnown: (String) -> Bool
    ) -> RoutingDecision {
        var allowed: [String] = []
        for route in routes where (route.host == nil || route.host == host) && path.isAtOrBelow(route.path) {
            if let methods = route.methods ?? route.destination.methods, !methods.contains(method) {
                for method in methods where !allowed.contains(method) { allowed.append(method) }
                continue
            }
            switch route.destination {
            case .service(let name):
                return .service(
                    name, timeout: route.timeout, maximumBodySize: route.maximumBodySize, retries: route.retries,
                    origins: route.origins)
            case .topics(let source):
                return .topics(route: route.label, rest: path.rest(below: route.path), origins: source.origins)
            case .messages(let target):
                return .messages(
                    target, route: route.label, rest: path.rest(below: route.path),
                    maximumBodySize: route.maximumBodySize)
            }
        }
        if !allowed.isEmpty { return .methodNotAllowed(allow: allowed) }
        if let name = path.firstSegment, !name.isEmpty, isKnown(name) { return .service(name) }
        return isKnown(Self.defaultService) ? .service(Self.defaultService) : .unknownService
    }
}
