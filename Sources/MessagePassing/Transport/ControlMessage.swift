import Foundation
import SwiftZMQ

/// What ranks tell each other beside their messages.
enum ControlMessage: Hashable, Sendable {
    /// That the sender lives, and in what it waits.
    case heartbeat([CallAnnouncement])
    case membership(MembershipMessage)
    /// The sender has finished, after so many messages to the receiver.
    case finished(Int)
    /// The sender ends because of an error.
    case dying
    /// The sender wants to join.
    case join(RosterEntry)
    /// All have joined.
    case roster([RosterEntry])
    /// The receiver cannot join.
    case refused(String)
}

extension ControlMessage {
    /// As it travels: a frame that names it, and one with JSON where it says more.
    var frames: [Frame] {
        switch self {
        case .heartbeat(let announcements):
            announcements.isEmpty ? ["heartbeat"] : ["heartbeat", Self.frame(announcements)]
        case .membership(let message): ["membership", Self.frame(message)]
        case .finished(let count): ["finished", Self.frame(count)]
        case .dying: ["dying"]
        case .join(let entry): ["join", Self.frame(entry)]
        case .roster(let entries): ["roster", Self.frame(entries)]
        case .refused(let reason): ["refused", Self.frame(reason)]
        }
    }

    /// Reads one; nil for what is none.
    init?(_ frames: some Collection<Frame>) {
        guard let name = frames.first else { return nil }
        let content = frames.dropFirst().first ?? Frame()
        func value<Value: Decodable>(_ type: Value.Type = Value.self) -> Value? {
            try? JSONDecoder().decode(Value.self, from: Data(content))
        }
        let message: ControlMessage? =
            switch String(name) {
            case "heartbeat": .heartbeat(content.isEmpty ? [] : value() ?? [])
            case "membership": value().map { .membership($0) }
            case "finished": value().map { .finished($0) }
            case "dying": .dying
            case "join": value().map { .join($0) }
            case "roster": value().map { .roster($0) }
            case "refused": value().map { .refused($0) }
            default: nil
            }
        guard let message else { return nil }
        self = message
    }

    private static func frame(_ value: some Encodable) -> Frame {
        // None of these values has anything that JSON cannot have.
        (try? JSONEncoder().encode(value)).map { Frame($0) } ?? Frame()
    }
}
