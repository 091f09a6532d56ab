public import SwiftZMQ

/// What an XPUB socket receives from its subscribers: the byte 1 and a prefix, or the byte 0 and a prefix (RFC 29).
public enum SubscriptionNotice: Hashable, Sendable {
    /// Somebody wants what begins with a prefix.
    case subscribed(Message)
    /// Somebody, or somebody whose connection is gone, wants it no more.
    case unsubscribed(Message)

    /// Reads a received message; nil for anything that a subscriber sent upstream besides.
    public init?(_ message: Multipart) {
        let notice: SubscriptionNotice? = message[0].withUnsafeBytes { bytes in
            guard let kind = bytes.first, kind <= 1 else { return nil }
            let prefix = Message(copying: UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
            return kind == 1 ? .subscribed(prefix) : .unsubscribed(prefix)
        }
        guard let notice, message.count == 1 else { return nil }
        self = notice
    }
}
