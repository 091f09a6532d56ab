import Foundation
import SwiftZMQ

/// How messages are sent and received.
enum Way: String, CaseIterable {
    case blocking, async, sequence

    /// Runs one end: on a thread, or as a task on the binding's executor.
    func run(
        blocking: @escaping @Sendable () throws -> Void, async: @escaping @Sendable () async throws -> Void
    ) async throws {
        switch self {
        case .blocking:
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(with: Result { try blocking() })
                }
            }
        case .async, .sequence:
            try await Task(executorPreference: SocketExecutor.shared) { try await async() }.value
        }
    }

    func send(_ count: Int, _ message: @escaping @Sendable () -> Message, to socket: some SendingSocket) async throws {
        try await run {
            for _ in 0..<count { try socket.blocking.send(message()) }
        } async: {
            for _ in 0..<count { try await socket.send(message()) }
        }
    }

    func receive(_ count: Int, from socket: some ReceivingSocket) async throws {
        try await run {
            for _ in 0..<count { _ = try socket.blocking.receive() }
        } async: {
            guard self == .sequence else {
                for _ in 0..<count { _ = try await socket.receive() }
                return
            }
            var left = count
            for try await _ in socket.messages {
                left -= 1
                if left == 0 { break }
            }
        }
    }

    /// Sends back what comes.
    func echo(_ count: Int, on socket: some SendingSocket & ReceivingSocket) async throws {
        try await run {
            for _ in 0..<count { try socket.blocking.send(try socket.blocking.receive()) }
        } async: {
            guard self == .sequence else {
                for _ in 0..<count { try await socket.send(try await socket.receive()) }
                return
            }
            var left = count
            for try await message in socket.messages {
                try await socket.send(message)
                left -= 1
                if left == 0 { break }
            }
        }
    }

    /// Sends, and waits for each to come back.
    func ask(
        _ count: Int, _ message: @escaping @Sendable () -> Message, on socket: some SendingSocket & ReceivingSocket
    ) async throws {
        try await run {
            for _ in 0..<count {
                try socket.blocking.send(message())
                _ = try socket.blocking.receive()
            }
        } async: {
            for _ in 0..<count {
                try await socket.send(message())
                _ = try await socket.receive()
            }
        }
    }
}
