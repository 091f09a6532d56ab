import SwiftZMQ
import WorkerProtocol

/// A request from its arrival to the moment when neither the client nor a worker has to do with it any more.
struct RequestRecord: Sendable {
    enum State: Sendable {
        /// Waits for a worker.
        case queued
        /// Is at a worker; nothing has come back.
        case outstanding
        /// Is at a worker, and the first piece of the reply has gone to the client.
        case streaming
        /// Nobody waits for the reply, but it still takes a place at the worker.
        case abandoned
    }

    let id: RequestID
    let service: Int
    /// What goes to the worker; nil once it cannot be needed again.
    private(set) var request: GatewayRequest?
    /// Whether the frames of the reply are passed on unread.
    let isOpaque: Bool
    let isIdempotent: Bool
    /// The most bytes of a streamed reply that may be under way, where the request has a bound of its own.
    let streamCredit: Int?
    /// Whether the client asks for a WebSocket.
    let asksForWebSocket: Bool
    /// Whether the worker that has it was asked for one, and whether it has accepted.
    var isWebSocket = false
    var isOpen = false
    /// Whether the front was told to send nothing to the worker.
    var isPaused = false
    /// Whether the worker was told that an open WebSocket ends, so that its FINAL is waited for.
    var isToldOfEnd = false
    var retriesLeft: Int
    let arrival: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    var state = State.queued
    /// The worker's slot, -1 while queued.
    var worker = -1
    /// The number of the delivery that took it to the worker.
    var sequence: UInt64 = 0
    /// When it was last sent to a worker.
    var dispatched: ContinuousClock.Instant
    /// When the last piece of a streamed reply came.
    var lastPiece: ContinuousClock.Instant
    /// Bytes of pieces the worker may still send; nil where the stream is not paced.
    var credit: Int?
    /// Bytes the client has taken and the worker has not been granted yet.
    var consumed = 0
    /// Whether the worker of a WebSocket is granted whatever the client takes, however little.
    var grantsAll = false

    init(_ request: GatewayRequest, service: Int, now: ContinuousClock.Instant) {
        id = request.id
        self.service = service
        self.request = request
        isOpaque = request.frames != nil
        isIdempotent = request.isIdempotent
        streamCredit = request.streamCredit
        asksForWebSocket = request.webSocket == .wanted
        retriesLeft = request.retries
        arrival = now
        // Bounded, so that no timeout makes the addition overflow.
        deadline = now + min(request.timeout, .seconds(1_000_000_000))
        dispatched = now
        lastPiece = now
    }

    /// What stands in a slot that is not in use.
    static func vacant(at now: ContinuousClock.Instant) -> RequestRecord {
        var record = RequestRecord(
            GatewayRequest(
                id: RequestID(loop: 0, number: 0), service: "", head: Frame(), body: Frame(), isIdempotent: false,
                retries: 0, timeout: .zero), service: -1, now: now)
        record.dropFrames()
        return record
    }

    /// Leaves nothing by which a worker or a delivery could still find the request.
    mutating func clear() {
        dropFrames()
        worker = -1
        sequence = 0
        isOpen = false
    }

    /// Gives the frames back as soon as they cannot be needed again: they may be large, and a stream long.
    mutating func dropFrames() { request = nil }
}
