/// Finds the connections through which a message comes that does not end.
///
/// libzmq bounds a frame (`ZMQ_MAXMSGSIZE`), and not the number of frames: it keeps those of a message until the last has
/// come, and tells of none before. What shows is that bytes arrive at a connection and no message comes out.
///
/// A value without sockets and clocks: whoever uses it reports what happens, and asks from time to time, whenever
/// everything that has come has been received.
struct EndlessMessageGuard {
    /// What is known of one connection.
    private struct Connection {
        /// The bytes that had arrived when a message was last known to have come out of them.
        var baseline: UInt64
        /// Whether a whole message has come through it.
        var isKnown = false
        /// Whether so much has arrived that it matters whether messages come.
        var isTracked = false
        var hasDelivered = false
    }

    /// The bytes that the kernel and libzmq may hold besides the message that is coming.
    static let slack: UInt64 = 8 << 20
    /// What may come through a connection before its first message has, which is short.
    static let introduction: UInt64 = 1 << 20
    /// What a connection with nothing to say may say from one look to the next: ZeroMQ's own heartbeats.
    private static let keepAliveAllowance: UInt64 = 16

    /// For how many looks a message is remembered that came before its connection: some seconds, as a busy machine takes.
    private static let looksToRemember = 40

    private let allowance: UInt64
    private var connections: [Int32: Connection] = [:]
    /// Connections that a message came through before the monitor told that they were accepted, and for how many looks that
    /// is remembered.
    private var early: [Int32: Int] = [:]
    private var trackedCount = 0
    private var strangerCount = 0

    /// - Parameter largestMessage: the most bytes of a message that is wanted.
    init(largestMessage: Int) {
        allowance = UInt64(largestMessage) + Self.slack
    }

    /// Whether there is anything to look at.
    var isIdle: Bool { connections.isEmpty && early.isEmpty }

    /// Whether it must be told of every message that comes.
    var isTracking: Bool { trackedCount > 0 }

    /// Whether there is anybody of whom no message has come.
    var hasStrangers: Bool { strangerCount > 0 }

    /// A connection was accepted.
    mutating func opened(_ descriptor: Int32) {
        closed(descriptor)
        let isKnown = early.removeValue(forKey: descriptor) != nil
        connections[descriptor] = Connection(baseline: 0, isKnown: isKnown)
        if !isKnown { strangerCount += 1 }
    }

    /// A connection was lost.
    mutating func closed(_ descriptor: Int32) {
        guard let connection = connections.removeValue(forKey: descriptor) else { return }
        if connection.isTracked { trackedCount -= 1 }
        if !connection.isKnown { strangerCount -= 1 }
    }

    /// A whole message has come through a connection; told of the first, and of all while ``isTracking``.
    mutating func delivered(_ descriptor: Int32) {
        guard var connection = connections[descriptor] else {
            early[descriptor] = Self.looksToRemember
            return
        }
        if !connection.isKnown { strangerCount -= 1 }
        connection.isKnown = true
        connection.hasDelivered = true
        connections[descriptor] = connection
    }

    /// Finds those to be cut.
    ///
    /// - Parameter received: the bytes that have arrived at a connection since it was opened; nil where that is unknown.
    mutating func look(received: (Int32) -> UInt64?) -> [Int32] {
        var endless: [Int32] = []
        if !early.isEmpty { early = early.mapValues { $0 - 1 }.filter { $0.value > 0 } }
        for descriptor in connections.keys {
            guard let bytes = received(descriptor), var connection = connections[descriptor] else { continue }
            let wasTracked = connection.isTracked
            let allowance = connection.isKnown ? allowance : Self.introduction
            if connection.hasDelivered {
                connection.hasDelivered = false
                connection.isTracked = false
                connection.baseline = bytes
            } else {
                connection.baseline = min(bytes, connection.baseline + Self.keepAliveAllowance)
                let growth = bytes - connection.baseline
                if !connection.isTracked, growth > allowance / 2 {
                    // Of what has come so far nobody knows in how many messages it did.
                    connection.isTracked = true
                    connection.baseline = bytes
                } else if connection.isTracked, growth > allowance {
                    endless.append(descriptor)
                }
            }
            trackedCount += (connection.isTracked ? 1 : 0) - (wasTracked ? 1 : 0)
            connections[descriptor] = connection
        }
        return endless
    }
}
