public import SwiftZMQ

extension GatewayCommand {
    /// The message on the wire, to be sent by a ROUTER behind the routing id; nil where the dialect has no such
    /// command.
    public func frames(in dialect: WorkerDialect) -> Multipart? {
        switch (dialect, self) {
        case (_, .request(let id, let body)):
            var frames = Self.envelope(id: id, in: dialect)
            frames.append(contentsOf: body)
            return frames
        case (.majordomo01, .heartbeat): return Self.heartbeat01
        case (.majordomo01, .disconnect): return Self.disconnect01
        case (.majordomo02, .heartbeat): return Self.heartbeat02
        case (.majordomo02, .disconnect): return Self.disconnect02
        case (.majordomo02, .cancel(let id)): return ["MDPW02", Message(byte: 0x07), id]
        case (.majordomo02, .credit(let id, let bytes)): return ["MDPW02", Message(byte: 0x08), id, "\(bytes)"]
        case (.request, _), (.majordomo01, _): return nil
        }
    }

    /// The message of a request of two frames, made with a single allocation.
    public static func request(id: Message, head: Message, body: Message, in dialect: WorkerDialect) -> Multipart {
        switch dialect {
        case .request: Multipart(Message(), taking: [head, body])
        case .majordomo01: Multipart(Message(), taking: [signature01, request, id, Message(), head, body])
        case .majordomo02: Multipart(signature02, taking: [request, id, Message(), head, body])
        }
    }

    private static func envelope(id: Message, in dialect: WorkerDialect) -> Multipart {
        switch dialect {
        case .request:
            return Multipart(Message())
        case .majordomo01:
            var frames = Multipart(Message())
            frames.append(signature01)
            frames.append(request)
            frames.append(id)
            frames.append(Message())
            return frames
        case .majordomo02:
            var frames = Multipart(signature02)
            frames.append(request)
            frames.append(id)
            frames.append(Message())
            return frames
        }
    }

    private static let signature01: Message = "MDPW01"
    private static let signature02: Message = "MDPW02"
    private static let request = Message(byte: 0x02)
    private static let heartbeat01: Multipart = ["", "MDPW01", Message(byte: 0x04)]
    private static let disconnect01: Multipart = ["", "MDPW01", Message(byte: 0x05)]
    private static let heartbeat02: Multipart = ["MDPW02", Message(byte: 0x05)]
    private static let disconnect02: Multipart = ["MDPW02", Message(byte: 0x06)]
}
