import WorkerProtocol

extension GatewayWorker {
    /// Serves a WebSocket.
    ///
    /// It runs once for each WebSocket, several at a time up to ``Configuration/concurrency``, of which each takes one place
    /// as long as it is open. When it returns, the WebSocket is closed with 1000.
    ///
    /// Before it accepts, it may refuse: what it throws becomes an ordinary response as with ``Handler``, a
    /// ``WorkerProblem`` or a ``WorkerWebSocket/Refusal`` as it says. Afterwards what it throws closes the WebSocket with
    /// 1011, and the reason stays in the worker's log; a ``WorkerProblem`` gives its code as the reason.
    ///
    /// Its task is cancelled when the client is gone without a close, or the gateway is.
    public typealias WebSocketHandler = @Sendable (WorkerRequest, WorkerWebSocket) async throws -> Void

    /// The same worker, which serves WebSockets, too.
    ///
    /// ```swift
    /// let worker = GatewayWorker(service: "echo", endpoints: ["tcp://127.0.0.1:5555"]) { _ in
    ///     .text("Open a WebSocket here.\n")
    /// }.webSocket { request, socket in
    ///     for await message in socket { try await socket.send(message) }
    /// }
    /// ```
    ///
    /// A gateway hands the WebSockets of a service to those of its workers that have such a handler, and everything else to
    /// all of them.
    ///
    /// - Parameter handler: serves a WebSocket.
    public func webSocket(_ handler: @escaping WebSocketHandler) -> GatewayWorker {
        var worker = self
        worker.webSocketHandler = handler
        return worker
    }
}

extension WorkerRequest {
    /// Whether the client asks for a WebSocket, from the gateway's `x-websocket`.
    var asksForWebSocket: Bool { raw["x-websocket"] == "13" }

    /// The subprotocols that a client offers for its WebSocket, the most wanted first, from `sec-websocket-protocol`.
    public var webSocketSubprotocols: [String] {
        raw.fields.filter { $0.name == "sec-websocket-protocol" }.flatMap { field in
            field.value.split(separator: ",").map { name in
                String(name.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
            }.filter { !$0.isEmpty }
        }
    }
}
