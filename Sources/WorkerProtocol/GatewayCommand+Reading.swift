public import SwiftZMQ

extension GatewayCommand {
    /// Reads a message from the gateway, as a worker's DEALER receives it.
    ///
    /// - Throws: what is wrong with the message.
    public init(reading frames: Message, dialect: WorkerDialect) throws(WorkerProtocolError) {
        switch dialect {
        case .request:
            guard frames.count > 1, frames.frame(at: 0)?.isEmpty == true else {
                throw WorkerProtocolError(.missingDelimiter, "a request begins without an empty frame")
            }
            self = .request(id: Frame(), BodyFrames(frames, from: 1))
        case .majordomo01:
            guard frames.count > 2, frames.frame(at: 0)?.isEmpty == true, frames.frame(at: 1)?.equals("MDPW01") == true
            else {
                throw WorkerProtocolError(.unknownDialect, "a message of the gateway does not begin with MDPW01")
            }
            switch frames.frame(at: 2)?.singleByte {
            case 0x02: self = try Self.readRequest(frames, at: 3)
            case 0x04 where frames.count == 3: self = .heartbeat
            case 0x05 where frames.count == 3: self = .disconnect
            default: throw Self.unknown(frames, "MDP/0.1")
            }
        case .majordomo02:
            guard frames.count > 1, frames.frame(at: 0)?.equals("MDPW02") == true else {
                throw WorkerProtocolError(.unknownDialect, "a message of the gateway does not begin with MDPW02")
            }
            switch frames.frame(at: 1)?.singleByte {
            case 0x02: self = try Self.readRequest(frames, at: 2)
            case 0x05 where frames.count == 2: self = .heartbeat
            case 0x06 where frames.count == 2: self = .disconnect
            case 0x07 where frames.count == 3: self = .cancel(id: try frames.required(2, of: "CANCEL"))
            case 0x08 where frames.count == 4:
                let id = try frames.required(2, of: "CREDIT")
                self = .credit(id: id, bytes: try frames.required(3, of: "CREDIT").grantedBytes())
            case 0x0A where frames.count == 5:
                self = .message(
                    id: try frames.required(2, of: "MESSAGE"),
                    kind: try WebSocketMessageKind(reading: frames.required(3, of: "MESSAGE")),
                    data: try frames.required(4, of: "MESSAGE"))
            default: throw Self.unknown(frames, "MDP/0.2")
            }
        }
    }

    private static func readRequest(
        _ frames: Message, at position: Int
    ) throws(WorkerProtocolError) -> GatewayCommand {
        guard frames.count >= position + 3 else {
            throw WorkerProtocolError(
                .frameCount, "REQUEST has \(frames.count) frames instead of at least \(position + 3)")
        }
        guard frames.frame(at: position + 1)?.isEmpty == true else {
            throw WorkerProtocolError(
                .missingDelimiter, "frame \(position + 1) of REQUEST, after the request's id, is not empty")
        }
        return .request(id: try frames.required(position, of: "REQUEST"), BodyFrames(frames, from: position + 2))
    }

    private static func unknown(_ frames: Message, _ dialect: String) -> WorkerProtocolError {
        WorkerProtocolError(.unknownCommand, "a message of \(frames.count) frames is no command of \(dialect)")
    }
}
