/// What a ``TopicBroadcaster`` has counted, for administration.
struct TopicSnapshot: Sendable {
    /// A route with `subscribe`.
    struct Route: Sendable, Hashable {
        /// Its name; see ``Route/label``.
        let label: String
        /// The streams that are open.
        let clients: Int
        /// The messages that somebody wanted, each once.
        let messages: Int
        /// The messages dropped for readers that did not keep up, once for each of them.
        let dropped: Int
    }

    /// The routes, in no order.
    let routes: [Route]
}
