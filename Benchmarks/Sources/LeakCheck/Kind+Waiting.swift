import SwiftZMQ

extension Kind {
    /// Connections that come and go, observed from both sides.
    static let events = Kind(name: "events of connections", share: 0.005) { count in
        let context = try Context()
        let pull = try Pull(context)
        let endpoint = try pull.bind("tcp://127.0.0.1:*")
        let accepted = Task(executorPreference: SocketExecutor.shared) {
            var kinds = 0
            for await _ in pull.events { kinds += 1 }
            return kinds
        }
        let push = try Push(context) { $0.linger = .zero }
        for _ in 0..<count {
            // Without a timeout: the runtime keeps the timer of a wait that is over until it would have gone off.
            try await push.connectAndWait(endpoint)
            try push.disconnect(endpoint)
        }
        await context.shutdown()
        _ = await accepted.value
    }

    /// Receives that are cancelled while they wait, each of them followed by one that gets a message.
    static let cancelled = Kind(name: "cancelled receives", share: 0.2) { count in
        try await onExecutor { pull, push in
            for _ in 0..<count {
                let waiting = Task(executorPreference: SocketExecutor.shared) { try await pull.receive() }
                await Task.yield()
                waiting.cancel()
                if case .success = await waiting.result { throw ZMQError(code: .wrongState, operation: "cancel") }
                try await push.send(small())
                _ = try await pull.receive()
            }
        }
    }

    static let timedOut = Kind(name: "receives that time out", share: 0.05) { count in
        try await onExecutor { pull, push in
            for _ in 0..<count {
                do {
                    _ = try await pull.receive(timeout: .microseconds(10))
                } catch let error as ZMQError where error.code == .timedOut {
                    try await push.send(small())
                    _ = try await pull.receive()
                }
            }
        }
    }

    /// Sockets that are closed, and some that are forgotten.
    static let sockets = Kind(name: "sockets opened and closed", share: 0.02) { count in
        try await onExecutor { pull, _ in
            let context = try Context()
            let bound = try Pull(context)
            let endpoint = try bound.bind("inproc://many")
            for number in 0..<count {
                let push = try Push(context) { $0.linger = .zero }
                try push.connect(endpoint)
                try await push.send(small())
                _ = try await bound.receive()
                if number.isMultiple(of: 2) { push.close() }
            }
            await context.shutdown()
        }
    }

    private static func onExecutor(
        _ body: @escaping @Sendable (Pull, Push) async throws -> Void
    ) async throws {
        let context = try Context()
        let (pull, push) = (try Pull(context), try Push(context))
        try push.connect(pull.bind("inproc://waiting"))
        try await Task(executorPreference: SocketExecutor.shared) { try await body(pull, push) }.value
        await context.shutdown()
    }
}
