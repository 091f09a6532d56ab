import SwiftZMQ
import WorkerProtocol

/// What a client asks to be sent as a message; the body comes with the request.
package final class Publication: Sendable {
    /// The name of the route; see ``Route/label``.
    let route: String
    let target: MessageTarget
    let topic: Frame

    /// Nil where whoever gets the message could not tell the topic from the body.
    init?(to target: MessageTarget, topic: [UInt8], route: String) {
        if target.format == .single {
            guard !topic.isEmpty, !topic.contains(where: \.isBlank) else { return nil }
        }
        self.route = route
        self.target = target
        self.topic = Frame(topic)
    }

    /// The message for a body.
    func message(_ body: Frame) -> Message {
        switch target.format {
        case .multipart: [topic, body]
        case .single: Message(Frame(joining: [topic, " ", body]))
        }
    }
}
