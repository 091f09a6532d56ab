import GatewayWorker
import SwiftZMQ
import Testing
import WorkerProtocol

/// A ROUTER that speaks the gateway's side of the protocol, one step at a time.
struct FakeGateway: Sendable {
    let context: Context
    let router: Router
    let endpoint: String

    init() throws {
        context = try Context()
        router = try Router(context) {
            $0.linger = .zero
            $0.isMandatory = true
        }
        endpoint = try router.bind("tcp://127.0.0.1:*")
    }

    struct Arrival {
        let peer: Frame
        let command: WorkerCommand
    }

    /// The next command of any worker.
    func receive(timeout: Duration = .seconds(30)) async throws -> Arrival {
        let message = try await router.receive(timeout: timeout)
        let frames = Message(message.dropFirst())
        return Arrival(peer: message[0], command: try WorkerCommand(reading: frames, dialect: .majordomo02))
    }

    /// The next command that is not a heartbeat.
    func receiveTelling() async throws -> Arrival {
        while true {
            let arrival = try await receive()
            if arrival.command != .heartbeat { return arrival }
        }
    }

    /// Waits for a READY and tells who said it.
    func accept() async throws -> Frame {
        while true {
            let arrival = try await receive()
            if case .ready = arrival.command { return arrival.peer }
        }
    }

    func send(_ command: GatewayCommand, to peer: Frame) async throws {
        let frames = try #require(command.frames(in: .majordomo02))
        try await send(frames, to: peer)
    }

    func send(_ frames: Message, to peer: Frame) async throws {
        try await router.send(Message(peer, followedBy: frames))
    }

    func request(
        _ id: Frame, _ line: String = "GET /", fields: String = "", body: Frame = "", to peer: Frame
    ) async throws {
        let head = Frame("\(line) HTTP/1.1\r\nhost: example.com\r\nx-request-id: test-\(id)\r\n\(fields)\r\n")
        try await send(.request(id: id, [head, body]), to: peer)
    }

    struct Reply {
        let id: Frame
        let head: ReplyHead
        let body: Frame

        subscript(name: String) -> String? { head.fields.first { $0.name == name }?.value }
    }

    /// The next command, which must be a whole reply.
    func reply() async throws -> Reply {
        let command = try await receiveTelling().command
        guard case .final(let id, let frames) = command else {
            throw Unexpected(command: command)
        }
        let reply = try WorkerReply(reading: frames)
        return Reply(id: id, head: reply.head, body: reply.body)
    }

    struct Unexpected: Error {
        let command: WorkerCommand
    }
}

/// Runs a worker while a body runs, then stops it.
func withWorker(_ worker: GatewayWorker, _ body: (Task<Void, any Error>) async throws -> Void) async throws {
    let task = Task { try await worker.run() }
    do {
        try await body(task)
    } catch {
        task.cancel()
        _ = await task.result
        throw error
    }
    task.cancel()
    try await task.value
}

extension GatewayWorker.Configuration {
    /// For tests that are not about time: no heartbeat comes in between, and a worker is stopped soon.
    static func patient(_ concurrency: Int = 1) -> Self {
        var configuration = Self(concurrency: concurrency)
        configuration.heartbeatInterval = .seconds(60)
        configuration.initialReconnectDelay = .milliseconds(1)
        configuration.drainTimeout = .milliseconds(200)
        return configuration
    }
}

/// Something that happens once, and that any number of tasks wait for.
struct Gate: Sendable {
    private let stream: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation
    private let watcher: Task<Void, Never>

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        self.stream = stream
        self.continuation = continuation
        watcher = Task { for await _ in stream {} }
    }

    func open() {
        continuation.finish()
    }

    /// Waits until the gate is open, even if the task is cancelled.
    func wait() async {
        await watcher.value
    }
}

/// Waits until the task is cancelled.
func waitForCancellation() async throws {
    try await Task.sleep(for: .seconds(3600))
}

/// Counts from 1.
actor Counter {
    private(set) var count = 0

    func next() -> Int {
        count += 1
        return count
    }
}
