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
    public init?(firstMessage frames: Message) {
        let (first, second) = (frames.first ?? Frame(), frames.frame(at: 1))
        if first.equals("MDPW02") {
            self = .majordomo02
        } else if first.isEmpty, second?.equals("MDPW01") == true {
            self = .majordomo01
        } else if first.isEmpty, frames.count == 3, second?.equals("READY") == true {
            self = .request
        } else {
            return nil
        }
    }

    /// Whether this is the READY of a REQ socket that numbers its requests (`ZMQ_REQ_CORRELATE`), which is no dialect: it
    /// would take no request of the gateway's for an answer.
    public static func isCorrelatedReady(_ frames: Message) -> Bool {
        guard case let (number, delimiter, command, _)? = try? frames.frames() else { return false }
        return number.count == 4 && delimiter.isEmpty && command.equals("READY")
    }

    /// Whether the dialect has heartbeats and a command to disconnect.
    public var hasHeartbeats: Bool { self != .request }
}
