/// Finds what only shows when the routes of a file are looked at together.
struct RouteComparison {
    private var topics: [String: Int] = [:]
    private var bound: [String: (target: MessageTarget, line: Int)] = [:]

    /// Takes a route into account.
    ///
    /// - Returns: why it cannot stand beside those before it; nil where it can.
    mutating func note(_ route: Route, line: Int) -> String? {
        switch route.destination {
        case .service: return nil
        case .topics:
            // With and without a slash at its end a path is the same.
            let place = route.label.hasSuffix("/") ? route.label : route.label + "/"
            if let other = topics[place] {
                return
                    "subscribe: the route in line \(other) has the same path and host; put all endpoints into one list"
            }
            topics[place] = line
            return nil
        case .messages(let target): return note(target, line)
        }
    }

    /// Routes may share a socket, which binds the same endpoints for all of them.
    private mutating func note(_ target: MessageTarget, _ line: Int) -> String? {
        for endpoint in target.endpoints where !Self.hasFreePort(endpoint) {
            guard let (other, otherLine) = bound[endpoint] else { continue }
            let name = target.pattern.rawValue
            if other.pattern != target.pattern {
                return "\(name) '\(endpoint)': the route in line \(otherLine) binds it for \(other.pattern.rawValue); "
                    + "choose another"
            }
            if other.endpoints != target.endpoints {
                return
                    "\(name) '\(endpoint)': the route in line \(otherLine) binds it with other endpoints; name the same "
                    + "ones in the same order, or choose another"
            }
        }
        for endpoint in target.endpoints where bound[endpoint] == nil { bound[endpoint] = (target, line) }
        return nil
    }

    /// Whether the system chooses the port, so that it is never that of another.
    private static func hasFreePort(_ endpoint: String) -> Bool {
        endpoint.hasPrefix("tcp://") && (endpoint.hasSuffix(":*") || endpoint.hasSuffix(":0"))
    }
}
