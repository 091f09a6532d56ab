public import SwiftZMQ

extension WorkerCommand {
    /// Reads a message from a worker.
    ///
    /// - Parameters:
    ///   - frames: the message as the gateway's ROUTER receives it, without the routing id.
    ///   - dialect: that of the worker's first message.
    /// - Throws: what is wrong with the message.
    public init(reading frames: Multipart, dialect: WorkerDialect) throws(WorkerProtocolError) {
        switch dialect {
        case .request: self = try Self.readRequest(frames)
        case .majordomo01: self = try Self.readMajordomo01(frames)
        case .majordomo02: self = try Self.readMajordomo02(frames)
        }
    }

    private static func readRequest(_ frames: Multipart) throws(WorkerProtocolError) -> WorkerCommand {
        guard frames[0].isEmpty, frames.count > 1 else {
            throw WorkerProtocolError(.missingDelimiter, "a message of a REQ worker begins without an empty frame")
        }
        // No head looks like this: every line of a head ends with CRLF.
        if frames.count == 3, frames[1].equals("READY") {
            return .ready(service: try ServiceName.read(frames[2]), WorkerProperties())
        }
        // Neither does this; another worker has taken the routing id over.
        guard frames.count == 2 || !frames[1].equals("MDPW01") else {
            throw WorkerProtocolError(.unknownDialect, "a message of MDP/0.1 from a REQ worker")
        }
        return .final(request: Message(), BodyFrames(frames, from: 1))
    }

    private static func readMajordomo01(_ frames: Multipart) throws(WorkerProtocolError) -> WorkerCommand {
        guard frames.count > 2, frames[0].isEmpty, frames[1].equals("MDPW01") else {
            throw WorkerProtocolError(.unknownDialect, "a message of an MDP/0.1 worker does not begin with MDPW01")
        }
        switch frames[2].singleByte {
        case 0x01:
            try expect(frames, 4, "READY")
            return .ready(service: try ServiceName.read(frames[3]), WorkerProperties())
        case 0x03:
            let body = try body(of: frames, at: 3, "REPLY")
            return .final(request: frames[3], body)
        case 0x04:
            try expect(frames, 3, "HEARTBEAT")
            return .heartbeat
        case 0x05:
            try expect(frames, 3, "DISCONNECT")
            return .disconnect
        default: throw unknown(frames[2], "MDP/0.1")
        }
    }

    private static func readMajordomo02(_ frames: Multipart) throws(WorkerProtocolError) -> WorkerCommand {
        guard frames.count > 1, frames[0].equals("MDPW02") else {
            throw WorkerProtocolError(.unknownDialect, "a message of an MDP/0.2 worker does not begin with MDPW02")
        }
        switch frames[1].singleByte {
        case 0x01:
            guard frames.count == 3 || frames.count == 4 else { throw count(frames, "3 or 4", "READY") }
            let properties = frames.count == 4 ? try WorkerProperties(reading: frames[3]) : WorkerProperties()
            return .ready(service: try ServiceName.read(frames[2]), properties)
        case 0x03:
            let body = try body(of: frames, at: 2, "PARTIAL")
            return .partial(request: frames[2], body)
        case 0x04:
            let body = try body(of: frames, at: 2, "FINAL")
            return .final(request: frames[2], body)
        case 0x05:
            try expect(frames, 2, "HEARTBEAT")
            return .heartbeat
        case 0x06:
            try expect(frames, 2, "DISCONNECT")
            return .disconnect
        case 0x09:
            try expect(frames, 2, "DRAIN")
            return .drain
        default: throw unknown(frames[1], "MDP/0.2")
        }
    }

    /// The frames after the request's id, which stands at `position`, and the empty frame behind it.
    private static func body(
        of frames: Multipart, at position: Int, _ command: String
    ) throws(WorkerProtocolError) -> BodyFrames {
        guard frames.count >= position + 3 else { throw count(frames, "at least \(position + 3)", command) }
        guard frames[position + 1].isEmpty else {
            throw WorkerProtocolError(
                .missingDelimiter, "frame \(position + 1) of \(command), after the request's id, is not empty")
        }
        return BodyFrames(frames, from: position + 2)
    }

    private static func expect(
        _ frames: Multipart, _ number: Int, _ command: String
    ) throws(WorkerProtocolError) {
        guard frames.count == number else { throw count(frames, String(number), command) }
    }

    private static func count(_ frames: Multipart, _ expected: String, _ command: String) -> WorkerProtocolError {
        WorkerProtocolError(.frameCount, "\(command) has \(frames.count) frames instead of \(expected)")
    }

    private static func unknown(_ command: Message, _ dialect: String) -> WorkerProtocolError {
        let shown = command.withUnsafeBytes { bytes in
            bytes.count == 1 ? "0x" + String(bytes[0], radix: 16) : "a frame of \(bytes.count) bytes"
        }
        return WorkerProtocolError(.unknownCommand, "\(shown) is no command of an \(dialect) worker")
    }
}
