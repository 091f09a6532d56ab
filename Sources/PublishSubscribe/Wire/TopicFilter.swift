public import SwiftZMQ

/// A subscription: everything whose topic begins with these bytes, as ZMQ_SUBSCRIBE matches.
public struct TopicFilter: Hashable, Sendable {
    /// The bytes that a message must begin with; none match everything.
    public let prefix: Frame

    /// A filter for a prefix.
    public init(_ prefix: Frame) {
        self.prefix = prefix
    }

    /// Whether a subscription with this filter receives a message that begins with a frame.
    public func matches(_ frame: Frame) -> Bool {
        guard frame.count >= prefix.count else { return false }
        return frame.withUnsafeBytes { bytes in
            prefix.withUnsafeBytes { bytes.starts(with: $0) }
        }
    }
}
