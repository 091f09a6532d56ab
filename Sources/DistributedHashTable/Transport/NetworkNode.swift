public import SwiftZMQ
import SystemSupport

/// A node on a network: others connect to its ROUTER, and it connects to theirs with a DEALER for each.
///
/// ```swift
/// var settings = NetworkNodeSettings()
/// settings.listen = "tcp://127.0.0.1:0"
/// let node = try NetworkNode(context, settings)
/// let running = Task(executorPreference: .sockets) { try await node.run() }
/// try await node.joined()
/// ```
///
/// Everything but ``run()`` may be called from any task, and waits until it is done. When ``run()`` has ended, it throws
/// ``Ended``.
public final class NetworkNode: Sendable {
    /// The most bytes of a message.
    static let mostMessageBytes = StoredValue.mostBytes + 1024

    /// The node does not run any more.
    public struct Ended: Error, Hashable, Sendable, CustomStringConvertible {
        /// What has happened.
        public let description = "the node has ended"

        init() {}
    }

    /// Its identifier.
    public let id: NodeID
    /// Where others reach it; nil for one that only asks.
    public let address: PeerAddress?

    let context: Context
    let settings: NetworkNodeSettings
    let router: Router?
    let wake: WakeDescriptor
    let commands = Locked(CommandQueue())
    let initial: Locked<InitialState?>

    /// What the loop takes over when it begins.
    struct InitialState: ~Copyable {
        var node: Node
        var file: ValueLog?
        let clock: NodeClock
    }

    /// What is asked of a node, in order, until the loop takes it.
    struct CommandQueue: Sendable {
        var commands: [NodeCommand] = []
        var hasEnded = false
    }

    /// Binds the socket and opens the data file; nothing is said to anybody before ``run()``.
    ///
    /// - Throws: ``DataFileError``, or `ZMQError` for an endpoint that cannot be bound.
    public init(_ context: Context, _ settings: NetworkNodeSettings) throws {
        self.context = context
        self.settings = settings
        wake = try WakeDescriptor()
        let clock = NodeClock()
        let now = clock.now
        var id: NodeID
        if let keys = settings.keys {
            id = NodeID(hashing: keys.publicKey.bytes)
        } else {
            var generator = SystemRandomNumberGenerator()
            id = .random(using: &generator)
        }
        var nodeSettings = settings.node
        nodeSettings.requiresKeys = settings.keys != nil
        var file: ValueLog?
        var values: [DataFile.Value] = []
        if let path = settings.dataFile {
            let opened = try DataFile(path, id: id, mustMatch: settings.keys != nil) { values.append($0) }
            id = opened.id
            if opened.removedBytes > 0 {
                settings.notice(
                    "\(path): its last \(opened.removedBytes) bytes were no whole records, as where a process is killed while "
                        + "it writes, and are removed")
            }
            file = ValueLog(consume opened)
            nodeSettings.reportsValues = true
        }
        if let endpoint = settings.listen {
            let router = try Router(context) {
                $0.linger = .milliseconds(200)
                $0.maxMessageSize = Self.mostMessageBytes
                $0.usesIPv6 = EndpointText.isIPv6(endpoint)
                $0.keepsMetadata = true
                $0.backlog = 512
                if let security = settings.boundSecurity { $0.security = security }
            }
            let bound = try router.bind(endpoint)
            let key = settings.keys.flatMap { PublicKey(bytes: $0.publicKey.bytes) } ?? .none
            address = try PeerAddress.resolve(bound, key: key)
            self.router = router
        } else {
            router = nil
            address = nil
        }
        self.id = id
        var node = Node(
            id: id, address: address, settings: nodeSettings, random: SystemRandomNumberGenerator(), now: now)
        for value in values {
            let kept = KeptValue(value.value, expires: clock.instant(ofSeconds: value.expiry))
            if kept.expires > now {
                node.restore(kept, for: value.key, now: now)
            } else {
                // Where that cannot be written, it is tried again, and said, as soon as the node runs.
                do { try file?.forget(value.key) } catch {}
            }
        }
        initial = Locked(InitialState(node: node, file: file, clock: clock))
    }

    /// Runs the node until ``stop()``, or until the task is cancelled. For one task, and once.
    public func run() async throws {
        guard let state = initial.withLock({ $0.take() }) else { preconditionFailure("a node runs once") }
        defer { end() }
        let loop = try NetworkLoop(self, state)
        try await loop.run()
    }

    private func end() {
        let left = commands.withLock { queue in
            queue.hasEnded = true
            defer { queue.commands = [] }
            return queue.commands
        }
        for command in left { command.fail() }
        router?.close()
    }

    func ask(_ command: NodeCommand) {
        let isTaken = commands.withLock { queue in
            guard !queue.hasEnded else { return false }
            queue.commands.append(command)
            return true
        }
        if isTaken { wake.signal() } else { command.fail() }
    }
}
