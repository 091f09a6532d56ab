import Glibc
import Logging
import NIOConcurrencyHelpers
import NIOCore
import SystemSupport

/// Sees to it that connections never take the last descriptors: a process that has none left cannot be told so by most
/// libraries, which end it instead, and an accept that fails for want of one is tried again at once.
///
/// The system gives each new descriptor the lowest free number, so that the number of an accepted connection says how
/// many are open. Where few are left, or none because others have taken them, the listeners stop accepting; clients wait
/// in the kernel's queue meanwhile.
final class AcceptPause: Sendable {
    /// How often it is looked whether there is room again.
    private static let interval = TimeAmount.milliseconds(100)
    /// The time between two lines of the log.
    private static let silence = Duration.seconds(60)
    /// So many connections are accepted in any case.
    private static let least = 8

    /// How many files the process may have open; nil for any number.
    private let limit: Int?
    private let logger: Logger?
    private let state = NIOLockedValueBox(State())

    private struct State {
        var listeners: [any Channel] = []
        var isPaused = false
        var lastLogged: ContinuousClock.Instant?
    }

    /// - Parameter limit: how many files the process may have open; nil for any number.
    init(limit: Int? = OpenFileLimit.current, logger: Logger?) {
        self.limit = limit
        self.logger = logger
    }

    /// How many descriptors HTTP leaves to workers, MDP clients, administration, and to what the libraries open for moments.
    static func reserve(of limit: Int) -> Int { min(32, limit / 4) }

    /// Whether an accepted connection can be served: where it is one of the few that are in any case, or leaves enough files
    /// to what is not HTTP. To be called on its event loop.
    ///
    /// - Parameter count: how many connections there are with it.
    static func hasRoom(
        for channel: any Channel, among count: Int, _ limit: Int? = OpenFileLimit.current
    ) -> Bool {
        guard count > least, let limit else { return true }
        let transport = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
        return transport.map { Int($0) < limit - reserve(of: limit) } ?? true
    }

    /// A listener that accepts from now on.
    func add(_ listener: any Channel) {
        state.withLockedValue { $0.listeners.append(listener) }
    }

    /// Forgets the listeners, which have been closed.
    func removeAll() {
        state.withLockedValue { $0.listeners = [] }
    }

    /// A connection was accepted. Called on its event loop.
    ///
    /// - Parameter connections: counts the connections, this one among them.
    func accepted(_ channel: any Channel, _ connections: ConnectionLimit) {
        guard let limit, !Self.hasRoom(for: channel, among: connections.current, limit) else { return }
        pause(connections)
    }

    /// Nothing could be accepted. Called on the listener's event loop.
    ///
    /// - Parameter connections: counts the connections.
    func failed(with error: any Error, _ connections: ConnectionLimit) {
        guard let error = error as? IOError, Self.shortages.contains(error.errnoCode) else { return }
        pause(connections)
    }

    /// What an accept fails with that leaves the client in the queue, where it is found again at once.
    private static let shortages = [EMFILE, ENFILE, ENOBUFS, ENOMEM]

    private func pause(_ connections: ConnectionLimit) {
        let (listeners, isWorthALine) = state.withLockedValue { state -> ([any Channel], Bool) in
            guard !state.isPaused, !state.listeners.isEmpty else { return ([], false) }
            state.isPaused = true
            let now = ContinuousClock.now
            let isWorthALine = state.lastLogged.map { now - $0 >= Self.silence } ?? true
            if isWorthALine { state.lastLogged = now }
            return (state.listeners, isWorthALine)
        }
        guard let first = listeners.first else { return }
        if isWorthALine {
            logger?.warning(
                "accepting pauses until connections close: the process may have no more files open",
                metadata: [
                    "limit": "\(limit.map { String($0) } ?? "none")", "connections": "\(connections.current)",
                ])
        }
        for listener in listeners { setAccepting(false, listener) }
        lookAgain(on: first.eventLoop, connections)
    }

    private func lookAgain(on loop: any EventLoop, _ connections: ConnectionLimit) {
        loop.scheduleTask(in: Self.interval) { [self] in
            // Once the listeners are closed there is nothing to be resumed.
            guard state.withLockedValue({ !$0.listeners.isEmpty }) else { return }
            guard hasRoom(beside: connections.current) else { return lookAgain(on: loop, connections) }
            let listeners = state.withLockedValue { state in
                state.isPaused = false
                return state.listeners
            }
            for listener in listeners { setAccepting(true, listener) }
        }
    }

    /// Whether a connection can be accepted beside so many others. The few that are accepted in any case need no room left by
    /// what else is open: of a process that has taken much for itself there may never be any.
    private func hasRoom(beside count: Int) -> Bool {
        guard let next = OpenFileLimit.next else { return false }
        guard let limit else { return true }
        return count < Self.least || next < limit - Self.reserve(of: limit)
    }

    private func setAccepting(_ isAccepting: Bool, _ listener: any Channel) {
        // It fails where the listener has been closed meanwhile.
        listener.setOption(.autoRead, value: isAccepting).whenComplete { _ in }
    }
}
