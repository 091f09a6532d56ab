public import SwiftZMQ

extension GatewayCommand {
    /// The message on the wire, to be sent by a ROUTER behind the routing id; nil where the dialect has no such
    /// command.
    public func frames(in dialect: WorkerDialect) -> Message? {
        switch (dialect, self) {
        case (_, .request(let id, let body)):
            var frames = Self.envelope(id: id, in: dialect)
            frames.append(contentsOf: body)
            return frames
        case (.majordomo01, .heartbeat): return Self.heartbeat01
        case (.majordomo01, .disconnect): return Self.disconnect01
        case (.majordomo02, .heartbeat): return Self.heartbeat02
        case (.majordomo02, .disconnect): return Self.disconnect02
        case (.majordomo02, .cancel(let id)): return ["MDPW02", Frame(byte: 0x07), id]
        case (.majordomo02, .credit(let id, let bytes)): return ["MDPW02", Frame(byte: 0x08), id, "\(bytes)"]
        case (.majordomo02, .message(let id, let kind, let data)):
            return ["MDPW02", Frame(byte: 0x0A), id, kind.frame, data]
        case (.request, _), (.majordomo01, _): return nil
        }
    }

    /// The message of a request of two frames behind the worker's routing id, made with a single allocation.
    public static func request(
        to routingID: Frame, id: Frame, head: Frame, body: Frame, in dialect: WorkerDialect
    ) -> Message {
        switch dialect {
        case .request: Message(routingID, followedBy: [Frame(), head, body])
        case .majordomo01: Message(routingID, followedBy: [Frame(), signature01, request, id, Frame(), head, body])
        case .majordomo02: Message(routingID, followedBy: [signature02, request, id, Frame(), head, body])
        }
    }

    private static func envelope(id: Frame, in dialect: WorkerDialect) -> Message {
        switch dialect {
        case .request:
            return Message(Frame())
        case .majordomo01:
            var frames = Message(Frame())
            frames.append(signature01)
            frames.append(request)
            frames.append(id)
            frames.append(Frame())
            return frames
        case .majordomo02:
            var frames = Message(signature02)
            frames.append(request)
            frames.append(id)
            frames.append(Frame())
            return frames
        }
    }

    private static let signature01: Frame = "MDPW01"
    private static let signature02: Frame = "MDPW02"
    private static let request = Frame(byte: 0x02)
    private static let heartbeat01: Message = ["", "MDPW01", Frame(byte: 0x04)]
    private static let disconnect01: Message = ["", "MDPW01", Frame(byte: 0x05)]
    private static let heartbeat02: Message = ["MDPW02", Frame(byte: 0x05)]
    private static let disconnect02: Message = ["MDPW02", Frame(byte: 0x06)]
}
