import SystemSupport

/// Held by all copies of a communicator's value: what a rank keeps of it goes with the last of them.
final class CommunicatorLease: Sendable {
    private let id: UInt64
    private let node: Node

    init(_ id: UInt64, _ node: Node) {
        self.id = id
        self.node = node
    }

    // The node looks by itself, as the last copy may go anywhere, and under any lock.
    deinit { node.released.withLock { $0.append(id) } }
}
