// The proxy of C, for programs that give it a thread. It can be neither steered nor stopped, except by the end of a
// context.

extension Proxy {
    /// Passes messages both ways on the calling thread until the context of one of the sockets is shut down
    /// (`zmq_proxy`).
    ///
    /// Meanwhile it has the sockets to itself: every other use of them throws ``ZMQError`` with `.wrongState`, and a
    /// socket that is closed is closed when this returns. A message that is under way at the context's end may be lost.
    ///
    /// - Parameters:
    ///   - frontend: mostly where clients or publishers are.
    ///   - backend: mostly where workers or subscribers are; the same socket sends back what comes.
    ///   - capture: gets a copy of each message. When it has no room, it holds everything up.
    /// - Throws: ``ZMQError`` with `.wrongState` when somebody waits for one of the sockets, `.closed` or `.terminated`
    ///   when one was closed before, or what made a socket fail.
    @available(*, noasync, message: "use run() of a Proxy")
    public static func runBlocking(
        frontend: some ReceivingSocket & SendingSocket, backend: some ReceivingSocket & SendingSocket,
        capture: (any SendingSocket)? = nil
    ) throws(ZMQError) {
        try runBlocking(frontend.handle, backend.handle, capture?.handle)
    }

    /// Passes messages one way on the calling thread until the context of one of the sockets is shut down (`zmq_proxy`).
    ///
    /// See ``runBlocking(frontend:backend:capture:)``.
    ///
    /// - Parameters:
    ///   - source: where messages come from.
    ///   - destination: where they go.
    ///   - capture: gets a copy of each message. When it has no room, it holds everything up.
    /// - Throws: also ``ZMQError`` with `.unsupported` for two sockets that both send and receive, between which C passes
    ///   messages both ways.
    @available(*, noasync, message: "use run() of a Proxy")
    public static func runBlocking(
        from source: some ReceivingSocket, to destination: some SendingSocket, capture: (any SendingSocket)? = nil
    ) throws(ZMQError) {
        guard !(source.core.kind.sends && destination.core.kind.receives) else {
            throw ZMQError(
                code: .unsupported,
                operation: "run a proxy from \(source.core.kind.name) to \(destination.core.kind.name)",
                explanation: "in C it passes messages both ways: name the sockets frontend and backend, or run a Proxy")
        }
        try runBlocking(source.handle, destination.handle, capture?.handle)
    }

    private static func runBlocking(
        _ frontend: SocketHandle, _ backend: SocketHandle, _ capture: SocketHandle?
    ) throws(ZMQError) {
        defer { withExtendedLifetime((frontend, backend, capture)) {} }
        var used: [(core: SocketCore, socket: RawSocket)] = []
        defer { for (core, socket) in used { core.endExclusiveUse(socket) } }
        func use(_ handle: SocketHandle) throws(ZMQError) -> RawSocket {
            if let known = used.first(where: { $0.core === handle.core }) { return known.socket }
            let socket = try handle.core.beginExclusiveUse(for: "run a proxy")
            used.append((handle.core, socket))
            return socket
        }
        let frontendSocket = try use(frontend)
        let backendSocket = try use(backend)
        var captureSocket: RawSocket?
        if let capture { captureSocket = try use(capture) }
        try RawSocket.runProxy(frontendSocket, backendSocket, capture: captureSocket)
    }
}
