import SwiftZMQ
import Testing

/// Two connected sockets over a transport, and the context they live in.
struct Connected<Bound: Socket, Connecting: Socket>: Sendable {
    let context: Context
    let bound: Bound
    let connecting: Connecting
    let endpoint: String

    init(
        over transport: Transport = .tcp, context: Context? = nil,
        _ bound: (Context) throws -> Bound, _ connecting: (Context) throws -> Connecting
    ) throws {
        let context = try context ?? Context()
        self.context = context
        self.bound = try bound(context)
        self.connecting = try connecting(context)
        try self.bound.setOption(\.linger, to: .zero)
        try self.connecting.setOption(\.linger, to: .zero)
        endpoint = try self.bound.bind(transport.freshEndpoint())
        try self.connecting.connect(endpoint)
    }
}

enum Transport: String, CaseIterable, CustomTestStringConvertible {
    case tcp, ipc, inproc

    var testDescription: String { rawValue }

    /// An endpoint that nobody else uses.
    func freshEndpoint() -> String {
        switch self {
        case .tcp: "tcp://127.0.0.1:*"
        case .ipc: "ipc://*"
        case .inproc: "inproc://\(UInt64.random(in: 0 ... .max))"
        }
    }
}

extension Transport {
    /// A TCP endpoint that can be bound again and again: on an address of its own, where nobody else is given the port
    /// meanwhile.
    static func lonelyEndpoint() -> String {
        func number() -> Int { .random(in: 1...254) }
        return "tcp://127.\(number()).\(number()).\(number()):*"
    }
}

/// The code of the error that an operation throws; nil when it throws none or another.
func code(of operation: () throws -> some Any) -> ZMQError.Code? {
    do {
        _ = try operation()
        return nil
    } catch {
        return (error as? ZMQError)?.code
    }
}

/// The code of the error that an operation throws; nil when it throws none or another.
nonisolated(nonsending) func code(of operation: () async throws -> some Any) async -> ZMQError.Code? {
    do {
        _ = try await operation()
        return nil
    } catch {
        return (error as? ZMQError)?.code
    }
}

/// Waits, a bounded time, until something that no signal announces has come true.
nonisolated(nonsending) func eventually(
    within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(2))
    }
    return false
}

/// Gives tasks that were just started the time to come to wait. Tests hold whether they did or not; it only makes the
/// interesting order likely.
nonisolated(nonsending) func letOthersWait() async throws {
    for _ in 0..<100 { await Task.yield() }
    try await Task.sleep(for: .milliseconds(10))
}

/// Runs a body as a task of its own, on an executor of the library's or on the global one.
func run(on executor: SocketExecutor?, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await Task(executorPreference: executor) { try await body() }.value
}
