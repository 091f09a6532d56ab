extension WorkerWebSocket {
    /// What a handler throws to refuse a WebSocket that it has not accepted, with an ordinary response.
    ///
    /// A browser tells its page no more than that the connection failed; the response is for other clients and for logs.
    /// ``WorkerProblem`` does the same in one line.
    public struct Refusal: Error, Sendable {
        /// The response.
        public let response: WorkerResponse

        /// Makes a refusal.
        public init(_ response: WorkerResponse) {
            self.response = response
        }
    }
}
