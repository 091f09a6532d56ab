package import SwiftZMQ

/// How a forwarder tells its publishers of subscribers that its own subscriptions do not show.
///
/// A forwarder is one subscriber to its publishers, however many are behind it; and with last values it subscribes to
/// everything even if nobody does. So it has further subscriptions, to prefixes that no topic has: each stands for a
/// subscriber more of a prefix, or for the fact that there is none. A publisher that counts its audience reads them; to any
/// other they are subscriptions to topics that it never publishes. As subscriptions they reach a publisher that comes later,
/// too, and end with the forwarder.
package struct AudienceMarker: Hashable, Sendable {
    /// What it stands for.
    package enum Meaning: UInt8, Sendable {
        /// There is one subscriber more.
        case another = 0x2B
        /// The forwarder's own subscription stands for no subscriber.
        case nobody = 0x2D
    }

    /// What it stands for.
    package let meaning: Meaning
    /// The prefix that it is about.
    package let prefix: Frame
    /// Tells markers of the same meaning and prefix apart.
    package let number: Int

    private static let beginning = Array("\0pubsub-audience\0".utf8)

    package init(_ meaning: Meaning, prefix: Frame, number: Int = 1) {
        self.meaning = meaning
        self.prefix = prefix
        self.number = number
    }

    /// Reads what somebody subscribes to; nil for an ordinary prefix.
    package init?(_ subscription: Frame) {
        let bytes = [UInt8](subscription)
        guard bytes.starts(with: Self.beginning), bytes.count > Self.beginning.count + 1,
            let meaning = Meaning(rawValue: bytes[Self.beginning.count]), let end = bytes.lastIndex(of: 0),
            end > Self.beginning.count, let number = Int(String(decoding: bytes[(end + 1)...], as: UTF8.self))
        else { return nil }
        self.init(meaning, prefix: Frame(bytes[(Self.beginning.count + 1)..<end]), number: number)
    }

    /// What is subscribed to. The number comes last, so that many markers share what comes before it.
    package var subscription: Frame {
        Frame(Self.beginning + [meaning.rawValue] + [UInt8](prefix) + [0] + Array(String(number).utf8))
    }
}
