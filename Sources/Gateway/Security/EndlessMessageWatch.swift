import SwiftZMQ
import SystemSupport

/// Cuts the connections of a ROUTER socket through which a message comes that does not end; see ``EndlessMessageGuard``.
///
/// For the thread that receives from the socket. Over `ipc`, whose peers are users of the same machine, nothing tells how
/// much has arrived, and nothing is cut.
struct EndlessMessageWatch {
    private static let interval: Duration = .milliseconds(250)
    /// While somebody is suspect, or has not said anything yet.
    private static let shortInterval: Duration = .milliseconds(50)

    private var messages: EndlessMessageGuard
    private var connections: [Int32: PeerConnection] = [:]
    private var nextLook = ContinuousClock.now
    private var hasCut = false

    /// - Parameter largestMessage: the most bytes of a message that is wanted.
    init(largestMessage: Int) {
        messages = EndlessMessageGuard(largestMessage: largestMessage)
    }

    /// Whether it must be told of every message that comes.
    var isTracking: Bool { messages.isTracking }

    /// When it looks next; nil while there is nobody to look at.
    var deadline: ContinuousClock.Instant? { messages.isIdle && !hasCut ? nil : nextLook }

    /// A connection was accepted.
    mutating func opened(_ descriptor: Int32) {
        guard let connection = PeerConnection(descriptor) else { return }
        connections[descriptor] = connection
        messages.opened(descriptor)
        nextLook = min(nextLook, .now + Self.shortInterval)
    }

    /// A connection was lost.
    mutating func closed(_ descriptor: Int32) {
        connections[descriptor] = nil
        messages.closed(descriptor)
    }

    /// A message came; told of the first of each peer, and of all while ``isTracking``.
    mutating func delivered(_ message: Message, by router: Router) {
        guard let descriptor = router.peerDescriptor(ofLast: message) else { return }
        messages.delivered(descriptor)
    }

    /// Looks at all connections when it is time; called when everything that has come has been received.
    ///
    /// - Returns: how many were cut.
    mutating func look(at now: ContinuousClock.Instant) -> Int {
        guard now >= nextLook else { return 0 }
        if hasCut {
            // By now libzmq has freed what it had collected, which the C library keeps unless it is asked.
            FreedMemory.giveBack()
            hasCut = false
        }
        let endless = messages.look { descriptor in connections[descriptor]?.receivedBytes(through: descriptor) }
        for descriptor in endless {
            connections[descriptor]?.cut(descriptor)
            closed(descriptor)
        }
        hasCut = !endless.isEmpty
        nextLook = now + (isTracking || messages.hasStrangers ? Self.shortInterval : Self.interval)
        return endless.count
    }
}
