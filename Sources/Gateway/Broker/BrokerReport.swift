package import SwiftZMQ
package import WorkerProtocol

/// Something that happened at the broker and belongs into the log or a counter.
package enum BrokerReport: Sendable {
    /// A worker registered.
    case workerRegistered(routingID: Frame, service: String, dialect: WorkerDialect, properties: WorkerProperties)
    /// A worker is gone, and why.
    case workerLost(routingID: Frame, service: String, reason: WorkerLoss)
    /// A registered worker wants no further requests.
    case workerDraining(routingID: Frame, service: String)
    /// A peer that is not registered was turned away, and why.
    case peerRefused(routingID: Frame, reason: WorkerProtocolError)
    /// A worker's reply was malformed; the client got `worker-reply-invalid`.
    case replyInvalid(RequestID, service: String, reason: WorkerProtocolError)
    /// A worker sent more of a streamed reply than it was granted; the stream was cut.
    case creditExceeded(RequestID, service: String)
    /// A reply, or a piece of one, was dropped: its request had been answered, its client had gone, or the worker never
    /// had it.
    case replyLate(routingID: Frame, service: String)
    /// The name of a service made room for another, see ``BrokerConfiguration/serviceLimit``, and is unknown from now on.
    case serviceForgotten(String)
    /// A worker gave a request up, and why.
    case requestAborted(RequestID, service: String, routingID: Frame, reason: Frame)
    /// A request is sent to another worker because the first was lost with it.
    case requestRetried(RequestID, service: String)
    /// The first worker of a process that the gateway has started has registered.
    case processConnected(ProgramProcess)
    /// The workers of a process that gets no more requests have finished those that they had.
    case processIdle(ProgramProcess)
    /// A process has answered as many requests as it is to.
    case processSpent(ProgramProcess)
}

/// Why a worker is not registered any more.
package enum WorkerLoss: Sendable, Hashable {
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
    /// The gateway stops, or ends the worker's process.
    case stopped
    /// Its process, which the gateway had started, has ended.
    case ended
}
