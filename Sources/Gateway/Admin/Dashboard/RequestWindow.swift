/// The requests that were finished since somebody last asked.
struct RequestWindow: Sendable {
    var requests = 0
    /// Of those that were answered.
    var latency = LatencyHistogram()
    /// Those that the gateway itself let fail, by code.
    var errors: [GatewayFailure: Int] = [:]

    mutating func add(_ other: RequestWindow) {
        requests += other.requests
        latency.add(other.latency)
        errors.merge(other.errors, uniquingKeysWith: +)
    }
}
