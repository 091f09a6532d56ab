import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A client that sends bytes as they are, and shows what comes back.
final class RawClient: Sendable {
    /// Why a wait ended without what was waited for.
    enum Ended: Error {
        case closed(received: String)
        case reset
    }

    private struct State {
        var received: [UInt8] = []
        /// Counts what happened.
        var changes = 0
        var isAtEnd = false
        var error: (any Error)?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let client: RawClient.Storage

        init(_ client: RawClient.Storage) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            client.change { $0.received += buffer.readableBytesView }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .inputClosed? = event as? ChannelEvent { client.change { $0.isAtEnd = true } }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            client.change { $0.error = error }
        }

        func channelInactive(context: ChannelHandlerContext) {
            client.change { $0.isAtEnd = true }
        }
    }

    private final class Storage: Sendable {
        let state = NIOLockedValueBox(State())

        func change(_ body: (inout State) -> Void) {
            let waiters = state.withLockedValue { state in
                body(&state)
                state.changes += 1
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    private let storage: Storage
    private let channel: any Channel

    private init(_ storage: Storage, _ channel: any Channel) {
        self.storage = storage
        self.channel = channel
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - reads: whether the client takes what the server sends.
    ///   - receiveBuffer: the size of the kernel's receive buffer, where it matters.
    static func connect(to port: Int, reads: Bool = true, receiveBuffer: Int? = nil) async throws -> RawClient {
        let storage = Storage()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(storage))
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
        return RawClient(storage, channel)
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Takes what the server sends from now on.
    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    /// Ceases to send; the other direction stays open.
    func closeOutput() async throws {
        try await channel.close(mode: .output)
    }

    func close() async {
        try? await channel.close()
    }

    /// The next response.
    func response(isHead: Bool = false) async throws -> RawResponse {
        while true {
            let (result, isAtEnd, changes) = storage.state.withLockedValue { state in
                let read = RawResponse.read(state.received, isHead: isHead, atEnd: state.isAtEnd)
                if let read { state.received.removeFirst(read.1) }
                return (read?.0, state.isAtEnd, state.changes)
            }
            if let result { return result }
            guard !isAtEnd else { throw Ended.closed(received: received) }
            await change(after: changes)
        }
    }

    /// Waits until as many bytes have come.
    func waitForBytes(_ count: Int) async throws {
        while true {
            let (received, isAtEnd, changes) = storage.state.withLockedValue {
                ($0.received.count, $0.isAtEnd, $0.changes)
            }
            if received >= count { return }
            guard !isAtEnd else { throw Ended.closed(received: self.received) }
            await change(after: changes)
        }
    }

    /// Waits until what came, and was not taken as a response, ends with a text.
    func waitForEnding(_ text: String) async throws {
        var seen = received
        while !seen.hasSuffix(text) {
            // Counted in what was looked at: more may have come since.
            try await waitForBytes(seen.utf8.count + 1)
            seen = received
        }
    }

    /// Waits until the server has ended the connection, and says what else came before.
    @discardableResult
    func end() async throws -> String {
        while true {
            let (isAtEnd, changes) = storage.state.withLockedValue { ($0.isAtEnd, $0.changes) }
            if isAtEnd { break }
            await change(after: changes)
        }
        if storage.state.withLockedValue({ $0.error }) != nil { throw Ended.reset }
        return received
    }

    /// What came and was not taken as a response.
    var received: String { String(decoding: storage.state.withLockedValue { $0.received }, as: UTF8.self) }

    /// Waits until something has happened since a moment, which is before the caller looked.
    private func change(after changes: Int) async {
        await withCheckedContinuation { continuation in
            let isStale = storage.state.withLockedValue { state in
                if state.changes != changes { return true }
                state.waiters.append(continuation)
                return false
            }
            if isStale { continuation.resume() }
        }
    }
}
