/// Waits for any of several sockets, of any types and contexts, and plain file descriptors.
///
/// Each has a key of the program's own, by which a wait tells what is ready:
///
/// ```swift
/// enum Source { case tasks, control, connection }
///
/// let poller = try Poller<Source>()
/// try poller.register(tasks, as: .tasks)
/// try poller.register(control, as: .control)
/// try poller.register(descriptor: connection, as: .connection)
/// while true {
///     for ready in try await poller.wait() {
///         switch ready.key {
///         case .tasks: while let task = try tasks.tryReceive() { work(on: task) }
///         case .control: return
///         case .connection:
///             let count = read(connection, &buffer, buffer.count)
///             if count > 0 { work(on: buffer[..<count]) } else { try poller.unregister(.connection) }
///         }
///     }
/// }
/// ```
///
/// Each wait returns what is ready, until it no longer is: a program may receive one message or all there are. At its end
/// a descriptor stays ready for ever: unregister it then. Read it with `read`: buffered readers such as `readLine()` take
/// more than they return, and the descriptor does not become ready for what they keep.
///
/// Another task may take the message that made a socket ready. Where several tasks use a socket, use `tryReceive` and
/// `trySend`.
///
/// Only one wait may go on at a time. Everything else may be done from any task or thread, and takes effect in a wait that
/// is going on. A poller keeps registered sockets open as long as it exists. It takes two descriptors of the process and no
/// thread. The cost of a wait depends on how much is ready, not on how much is registered.
///
/// For one socket, `receive(timeout:)` is simpler and quicker; for timers, use those of the standard library.
///
/// The C counterpart is `zmq_poller_t`, in pyzmq `Poller`, in cppzmq `poller_t`.
public final class Poller<Key: Hashable & Sendable>: Sendable {
    /// What a wait tells of one socket or descriptor.
    public struct Ready: Sendable, Hashable {
        /// What it is registered as.
        public let key: Key
        /// What it is ready for, of what it was registered for. Of a descriptor also ``PollEvents/error``.
        public let events: PollEvents

        /// Makes a value from its parts.
        public init(key: Key, events: PollEvents) {
            self.key = key
            self.events = events
        }
    }

    private let core: PollerCore
    private let names = Locked(Names())

    private struct Names {
        var tokens: [Key: UInt64] = [:]
        var keys: [UInt64: Key] = [:]

        func token(of key: Key, for operation: String) throws(ZMQError) -> UInt64 {
            guard let token = tokens[key] else {
                throw ZMQError(
                    code: .notFound, operation: "\(operation) \(key)", explanation: "nothing is registered as that")
            }
            return token
        }
    }

    /// Makes a poller for which nothing is registered.
    ///
    /// - Parameter executor: the thread that wakes an asynchronous wait; nil, the default, for ``SocketExecutor/shared``. The
    ///   sockets may belong to any other.
    /// - Throws: ``ZMQError`` with `.tooManySockets` when the process is out of descriptors.
    public init(executor: SocketExecutor? = nil) throws(ZMQError) {
        core = try PollerCore(executor: .orShared(executor))
    }

    deinit {
        core.end()
    }

    /// The number of sockets and descriptors that are registered (`zmq_poller_size`).
    public var count: Int { names.withLock { $0.keys.count } }

    /// Whether something is registered as a key.
    public func contains(_ key: Key) -> Bool { names.withLock { $0.tokens[key] != nil } }
}

// MARK: - Registering

extension Poller {
    /// Waits for a socket from now on (`zmq_poller_add`).
    ///
    /// - Parameters:
    ///   - socket: any open socket, which stays open while it is registered, unless it is closed.
    ///   - events: ``PollEvents/readable``, ``PollEvents/writable``, both, or none for the present. Default readable.
    ///   - key: what it is called by; no other must be called that.
    /// - Throws: ``ZMQError`` with `.invalidArgument` when the key is in use, the socket is registered already or the
    ///   events can never be, such as a ``Pull`` being writable; `.closed` or `.terminated`.
    public func register(_ socket: some Socket, for events: PollEvents = .readable, as key: Key) throws(ZMQError) {
        try register(key) { () throws(ZMQError) in try core.add(socket.handle, for: events, as: "\(key)") }
    }

    /// Waits for a file descriptor from now on (`zmq_poller_add_fd`): a pipe, a terminal, a TCP connection, a `timerfd`.
    ///
    /// - Parameters:
    ///   - descriptor: the poller does not read, write or close it. Unregister it before you close it: a closed one is never
    ///     ready.
    ///   - events: any, or none for the present. Default readable.
    ///   - key: what it is called by; no other must be called that.
    /// - Throws: ``ZMQError`` with `.invalidArgument` when the key is in use or the descriptor is registered already; with
    ///   the system's number for one that is not open (`EBADF`), or a regular file or a folder (`EPERM`), which are
    ///   always ready.
    public func register(descriptor: Int32, for events: PollEvents = .readable, as key: Key) throws(ZMQError) {
        try register(key) { () throws(ZMQError) in try core.add(descriptor, for: events, as: "\(key)") }
    }

    /// Changes what a socket or descriptor is to be ready for (`zmq_poller_modify`).
    ///
    /// - Parameters:
    ///   - key: what it is registered as.
    ///   - events: with none it stays registered, and a wait only notices if a socket is closed.
    /// - Throws: ``ZMQError`` with `.notFound` when nothing is registered as the key, `.invalidArgument` for events that
    ///   can never be.
    public func modify(_ key: Key, for events: PollEvents) throws(ZMQError) {
        try names.withLock { names throws(ZMQError) in
            try core.modify(names.token(of: key, for: "modify"), to: events)
        }
    }

    /// Stops waiting for a socket or descriptor (`zmq_poller_remove`).
    ///
    /// - Throws: ``ZMQError`` with `.notFound` when nothing is registered as the key.
    public func unregister(_ key: Key) throws(ZMQError) {
        let token = try names.withLock { names throws(ZMQError) in
            let token = try names.token(of: key, for: "unregister")
            names.tokens[key] = nil
            names.keys[token] = nil
            return token
        }
        try core.remove(token)
    }

    private func register(_ key: Key, _ add: () throws(ZMQError) -> UInt64) throws(ZMQError) {
        try names.withLock { names throws(ZMQError) in
            guard names.tokens[key] == nil else {
                throw ZMQError(
                    code: .invalidArgument, operation: "register \(key)", explanation: "another is registered as that")
            }
            let token = try add()
            names.tokens[key] = token
            names.keys[token] = key
        }
    }
}

// MARK: - Waiting

extension Poller {
    /// Waits until something that is registered is ready (`zmq_poller_wait_all`).
    ///
    /// - Parameter timeout: how long to wait; nil, the default, for as long as it takes; zero only looks.
    /// - Returns: what is ready, sockets in the order in which they were registered; of descriptors at most 64, in turn.
    ///   Empty when the timeout passed first.
    /// - Throws: `CancellationError` when the task is cancelled. ``ZMQError`` with `.closed` or `.terminated`, naming the
    ///   key, when a registered socket has been closed, and again until it is unregistered; with `.wrongState` while
    ///   another wait is going on; with `.invalidArgument` for a wait without a timeout when nothing is registered.
    public nonisolated(nonsending) func wait(timeout: Duration? = nil) async throws -> [Ready] {
        defer { withExtendedLifetime(self) {} }
        return named(try await core.wait(timeout: timeout))
    }

    /// The wait that blocks a thread.
    public var blocking: Blocking { Blocking(poller: self) }

    /// A poller's wait for programs that give messaging threads of its own.
    public struct Blocking: Sendable {
        fileprivate let poller: Poller

        /// Waits until something that is registered is ready, blocking the calling thread and using no other.
        ///
        /// - Parameter timeout: how long to wait; nil, the default, for as long as it takes; zero only looks.
        /// - Returns: what is ready; empty when the timeout passed first.
        /// - Throws: as ``Poller/wait(timeout:)``, without cancellation.
        @available(*, noasync, message: "use wait(timeout:) of the poller itself")
        public func wait(timeout: Duration? = nil) throws(ZMQError) -> [Ready] {
            poller.named(try poller.core.waitBlocking(timeout: timeout))
        }
    }

    /// Those ready by the program's keys, without any that was unregistered meanwhile.
    fileprivate func named(_ ready: [PollerCore.Ready]) -> [Ready] {
        guard !ready.isEmpty else { return [] }
        return names.withLock { names in
            ready.compactMap { token, events in names.keys[token].map { Ready(key: $0, events: events) } }
        }
    }
}
