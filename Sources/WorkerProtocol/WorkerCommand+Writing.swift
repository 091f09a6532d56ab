public import SwiftZMQ

extension WorkerCommand {
    /// The message on the wire, as a DEALER sends it and the gateway's ROUTER receives it behind the routing id.
    ///
    /// - Throws: where the dialect has no such command, or the name of a service or a property breaks a rule.
    public func frames(in dialect: WorkerDialect) throws(WorkerProtocolError) -> Message {
        if case .ready(let service, _) = self { try ServiceName.check(service) }
        switch (dialect, self) {
        case (.request, .ready(let service, let properties)):
            try Self.check(properties, in: dialect)
            return ["", "READY", Frame(service)]
        case (.request, .final(_, let body)):
            return Message(Frame(), followedBy: Message(body))

        case (.majordomo01, .ready(let service, let properties)):
            try Self.check(properties, in: dialect)
            return ["", "MDPW01", Frame(byte: 0x01), Frame(service)]
        case (.majordomo01, .final(let request, let body)):
            return Message(
                "", "MDPW01", Frame(byte: 0x03), request, "", followedBy: Message(body))
        case (.majordomo01, .heartbeat): return ["", "MDPW01", Frame(byte: 0x04)]
        case (.majordomo01, .disconnect): return ["", "MDPW01", Frame(byte: 0x05)]

        case (.majordomo02, .ready(let service, let properties)):
            guard WorkerProperties.concurrencyRange.contains(properties.concurrency) else {
                throw WorkerProtocolError(
                    .property, "the property concurrency is \(properties.concurrency); it must be from 1 to 1024")
            }
            var frames: Message = ["MDPW02", Frame(byte: 0x01), Frame(service)]
            if let frame = properties.frame { frames.append(frame) }
            return frames
        case (.majordomo02, .partial(let request, let body)):
            return Message("MDPW02", Frame(byte: 0x03), request, "", followedBy: Message(body))
        case (.majordomo02, .final(let request, let body)):
            return Message("MDPW02", Frame(byte: 0x04), request, "", followedBy: Message(body))
        case (.majordomo02, .heartbeat): return ["MDPW02", Frame(byte: 0x05)]
        case (.majordomo02, .disconnect): return ["MDPW02", Frame(byte: 0x06)]
        case (.majordomo02, .credit(let request, let bytes)): return Self.credit(request: request, bytes: bytes)
        case (.majordomo02, .drain): return ["MDPW02", Frame(byte: 0x09)]
        case (.majordomo02, .abort(let request, let reason)): return ["MDPW02", Frame(byte: 0x0B), request, reason]

        case (.request, _), (.majordomo01, _):
            throw WorkerProtocolError(.unknownCommand, "\(dialect.rawValue) has no such command")
        }
    }

    /// The message of a whole reply of two frames in MDP/0.2, made with a single allocation.
    public static func final(request: Frame, head: Frame, body: Frame) -> Message {
        Message(signature02, followedBy: [final02, request, Frame(), head, body])
    }

    /// The message of the last piece of a streamed reply in MDP/0.2.
    public static func final(request: Frame, piece: Frame) -> Message {
        Message(signature02, followedBy: [final02, request, Frame(), piece])
    }

    /// The message of a piece of a streamed reply in MDP/0.2; a head goes before the first piece.
    public static func partial(request: Frame, head: Frame?, piece: Frame) -> Message {
        var rest = [partial02, request, Frame()]
        if let head { rest.append(head) }
        rest.append(piece)
        return Message(signature02, followedBy: rest)
    }

    /// The message of a request that is given up in MDP/0.2.
    ///
    /// - Parameter reason: a few words for the gateway's log.
    public static func abort(request: Frame, because reason: Frame) -> Message {
        Message(signature02, followedBy: [abort02, request, reason])
    }

    private static let abort02 = Frame(byte: 0x0B)
    private static let partial02 = Frame(byte: 0x03)
    private static let signature02: Frame = "MDPW02"
    private static let final02 = Frame(byte: 0x04)

    private static func check(_ properties: WorkerProperties, in dialect: WorkerDialect) throws(WorkerProtocolError) {
        guard properties == WorkerProperties() else {
            throw WorkerProtocolError(.property, "\(dialect.rawValue) knows no properties; MDP/0.2 does")
        }
    }
}
