/// The moment at which libzmq has let go of a socket, some time after `zmq_close`, and those who wait for it.
///
/// When the endpoints and connections of a socket are gone, the last thing that libzmq does is to tell the socket's monitor
/// that it stops. So a socket whose end is awaited is closed with a monitor for that one event.
final class SocketEnd: Sendable {
    private let state = Locked(State())

    private struct State {
        var result: Result<Void, any Error>?
        var waiting: [UInt64: Suspension<Void, any Error>] = [:]
        var lastNumber: UInt64 = 0
    }

    /// Has libzmq report the end of a socket. The caller holds the socket's lock, and closes it next.
    func observe(_ socket: RawSocket, in context: Context) {
        do throws(ZMQError) {
            let pair = try Self.receiver(of: socket, in: context)
            Task.detached(executorPreference: context.executor) { [self] in
                do {
                    for try await message in pair.messages where SocketEvent(message)?.kind == .monitorStopped {
                        return finish(.success(()))
                    }
                    await finish(with: context)
                } catch {
                    finish(.failure(error))
                }
            }
        } catch {
            guard error.code == .terminated else { return finish(.failure(error)) }
            Task.detached { [self] in await finish(with: context) }
        }
    }

    /// When a context is being shut down, libzmq reports nothing of its sockets; only the end of the context itself is known.
    private func finish(with context: Context) async {
        await context.shutdown()
        finish(.success(()))
    }

    /// The socket that receives this one event.
    private static func receiver(of socket: RawSocket, in context: Context) throws(ZMQError) -> Pair {
        let operation = "await the end of a socket"
        try DescriptorReserve.require(DescriptorReserve.forMonitor, for: operation)
        let endpoint = "inproc://swiftzmq.end.\(UInt64.random(in: 0 ... .max))"
        do {
            let pair = try Pair(context) { $0.linger = .zero }
            try socket.startMonitor(endpoint, receiver: pair, ofEndAlone: true)
            return pair
        } catch {
            throw (error as? ZMQError) ?? ZMQError(code: .invalidArgument, operation: operation)
        }
    }

    private func finish(_ result: Result<Void, any Error>) {
        let waiting = state.withLock { state in
            state.result = result
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        for suspension in waiting { suspension.resume(result) }
    }

    /// Suspends until the end.
    nonisolated(nonsending) func wait() async throws {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await Suspension<Void, any Error>.wait { suspension in
            state.withLock { state in
                if let result = state.result { return result }
                state.waiting[number] = suspension
                return nil
            }
        } withdraw: {
            state.withLock { $0.waiting.removeValue(forKey: number) }
        }
    }
}
