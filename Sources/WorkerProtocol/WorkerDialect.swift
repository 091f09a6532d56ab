public import SwiftZMQ

/// How a worker speaks: one of three dialects, told apart by the first message of its connection.
public enum WorkerDialect: String, Sendable, Hashable, CaseIterable {
    /// A plain REQ socket: `["", "READY", service]`, then one reply for each request.
    case request = "REQ"
    /// Majordomo 0.1 (RFC 7): commands begin with an empty frame and `MDPW01`.
    case majordomo01 = "MDP/0.1"
    /// Majordomo 0.2 (RFC 18): commands begin with `MDPW02`; replies may be streamed.
    case majordomo02 = "MDP/0.2"

    /// The dialect of a connection whose first message this is, or nil where it begins like none.
    ///
    /// Only the beginning is looked at: a malformed command still tells its dialect.
    ///
    /// - Parameter frames: the message as the gateway's ROUTER receives it, without the routing id.
    public init?(firstMessage frames: Multipart) {
        if frames[0].equals("MDPW02") {
            self = .majordomo02
        } else if frames.count > 1, frames[0].isEmpty, frames[1].equals("MDPW01") {
            self = .majordomo01
        } else if frames.count == 3, frames[0].isEmpty, frames[1].equals("READY") {
            self = .request
        } else {
            return nil
        }
    }

    /// Whether this is the READY of a REQ socket that numbers its requests (`ZMQ_REQ_CORRELATE`), which is no dialect: it
    /// would take no request of the gateway's for an answer.
    public static func isCorrelatedReady(_ frames: Multipart) -> Bool {
        frames.count == 4 && frames[0].count == 4 && frames[1].isEmpty && frames[2].equals("READY")
    }

    /// Whether the dialect has heartbeats and a command to disconnect.
    public var hasHeartbeats: Bool { self != .request }
}
