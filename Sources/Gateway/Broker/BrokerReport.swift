public import SwiftZMQ
public import WorkerProtocol

/// Something that happened at the broker and belongs into the log or a counter.
public enum BrokerReport: Sendable {
    /// A worker registered.
    case workerRegistered(routingID: Message, service: String, dialect: WorkerDialect, properties: WorkerProperties)
    /// A worker is gone, and why.
    case workerLost(routingID: Message, service: String, reason: WorkerLoss)
    /// A registered worker wants no further requests.
    case workerDraining(routingID: Message, service: String)
    /// A peer that is not registered was turned away, and why.
    case peerRefused(routingID: Message, reason: WorkerProtocolError)
    /// A worker's reply was malformed; the client got `worker-reply-invalid`.
    case replyInvalid(RequestID, service: String, reason: WorkerProtocolError)
    /// A worker sent more of a streamed reply than it was granted; the stream was cut.
    case creditExceeded(RequestID, service: String)
    /// A reply came after its request had been answered, or its client had gone.
    case replyLate(RequestID, service: String)
    /// A request is sent to another worker because the first was lost with it.
    case requestRetried(RequestID, service: String)
}

/// Why a worker is not registered any more.
public enum WorkerLoss: Sendable, Hashable {
    /// It said DISCONNECT.
    case disconnected
    /// It was silent for three heartbeats.
    case silent
    /// A message could not be sent because the peer is gone.
    case unreachable
    /// It registered again on the same connection (REQ dialect).
    case registeredAgain
    /// It broke the protocol.
    case violation(WorkerProtocolError)
    /// It made room for another, see ``BrokerConfiguration/workerLimit``.
    case evicted
    /// The gateway stops.
    case stopped
}
