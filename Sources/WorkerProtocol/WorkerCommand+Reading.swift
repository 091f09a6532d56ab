public import SwiftZMQ

extension WorkerCommand {
    /// Reads a message from a worker.
    ///
    /// - Parameters:
    ///   - frames: the message as the gateway's ROUTER receives it, without the routing id.
    ///   - dialect: that of the worker's first message.
    /// - Throws: what is wrong with the message.
    public init(reading frames: Message, dialect: WorkerDialect) throws(WorkerProtocolError) {
        switch dialect {
        case .request: self = try Self.readRequest(frames)
        case .majordomo01: self = try Self.readMajordomo01(frames)
        case .majordomo02: self = try Self.readMajordomo02(frames)
        }
    }

    private static func readRequest(_ frames: Message) throws(WorkerProtocolError) -> WorkerCommand {
        guard frames.frame(at: 0)?.isEmpty == true, frames.count > 1 else {
            throw WorkerProtocolError(.missingDelimiter, "a message of a REQ worker begins without an empty frame")
        }
        // No head looks like this: every line of a head ends with CRLF.
        if frames.count == 3, frames.frame(at: 1)?.equals("READY") == true {
            return .ready(service: try ServiceName.read(frames.required(2, of: "READY")), WorkerProperties())
        }
        // Neither does this; another worker has taken the routing id over.
        guard frames.count == 2 || frames.frame(at: 1)?.equals("MDPW01") != true else {
            throw WorkerProtocolError(.unknownDialect, "a message of MDP/0.1 from a REQ worker")
        }
        return .final(request: Frame(), BodyFrames(frames, from: 1))
    }

    private static func readMajordomo01(_ frames: Message) throws(WorkerProtocolError) -> WorkerCommand {
        guard frames.count > 2, frames.frame(at: 0)?.isEmpty == true, frames.frame(at: 1)?.equals("MDPW01") == true
        else {
            throw WorkerProtocolError(.unknownDialect, "a message of an MDP/0.1 worker does not begin with MDPW01")
        }
        let command = try frames.required(2, of: "a message of MDP/0.1")
        switch command.singleByte {
        case 0x01:
            try expect(frames, 4, "READY")
            return .ready(service: try ServiceName.read(frames.required(3, of: "READY")), WorkerProperties())
        case 0x03:
            let body = try body(of: frames, at: 3, "REPLY")
            return .final(request: try frames.required(3, of: "REPLY"), body)
        case 0x04:
            try expect(frames, 3, "HEARTBEAT")
            return .heartbeat
        case 0x05:
            try expect(frames, 3, "DISCONNECT")
            return .disconnect
        default: throw unknown(command, "MDP/0.1")
        }
    }

    private static func readMajordomo02(_ frames: Message) throws(WorkerProtocolError) -> WorkerCommand {
        guard frames.count > 1, frames.frame(at: 0)?.equals("MDPW02") == true else {
            throw WorkerProtocolError(.unknownDialect, "a message of an MDP/0.2 worker does not begin with MDPW02")
        }
        let command = try frames.required(1, of: "a message of MDP/0.2")
        switch command.singleByte {
        case 0x01:
            guard frames.count == 3 || frames.count == 4 else { throw count(frames, "3 or 4", "READY") }
            let properties =
                frames.count == 4 ? try WorkerProperties(reading: frames.required(3, of: "READY")) : WorkerProperties()
            return .ready(service: try ServiceName.read(frames.required(2, of: "READY")), properties)
        case 0x03:
            let body = try body(of: frames, at: 2, "PARTIAL")
            return .partial(request: try frames.required(2, of: "PARTIAL"), body)
        case 0x04:
            let body = try body(of: frames, at: 2, "FINAL")
            return .final(request: try frames.required(2, of: "FINAL"), body)
        case 0x05:
            try expect(frames, 2, "HEARTBEAT")
            return .heartbeat
        case 0x06:
            try expect(frames, 2, "DISCONNECT")
            return .disconnect
        case 0x08:
            try expect(frames, 4, "CREDIT")
            return .credit(
                request: try frames.required(2, of: "CREDIT"),
                bytes: try frames.required(3, of: "CREDIT").grantedBytes())
        case 0x09:
            try expect(frames, 2, "DRAIN")
            return .drain
        case 0x0B:
            try expect(frames, 4, "ABORT")
            return .abort(
                request: try frames.required(2, of: "ABORT"), reason: try frames.required(3, of: "ABORT"))
        default: throw unknown(command, "MDP/0.2")
        }
    }

    /// The frames after the request's id, which stands at `position`, and the empty frame behind it.
    private static func body(
        of frames: Message, at position: Int, _ command: String
    ) throws(WorkerProtocolError) -> BodyFrames {
        guard frames.count >= position + 3 else { throw count(frames, "at least \(position + 3)", command) }
        guard frames.frame(at: position + 1)?.isEmpty == true else {
            throw WorkerProtocolError(
                .missingDelimiter, "frame \(position + 1) of \(command), after the request's id, is not empty")
        }
        return BodyFrames(frames, from: position + 2)
    }

    private static func expect(
        _ frames: Message, _ number: Int, _ command: String
    ) throws(WorkerProtocolError) {
        guard frames.count == number else { throw count(frames, String(number), command) }
    }

    private static func count(_ frames: Message, _ expected: String, _ command: String) -> WorkerProtocolError {
        WorkerProtocolError(.frameCount, "\(command) has \(frames.count) frames instead of \(expected)")
    }

    private static func unknown(_ command: Frame, _ dialect: String) -> WorkerProtocolError {
        let shown = command.withUnsafeBytes { bytes in
            bytes.count == 1 ? "0x" + String(bytes[0], radix: 16) : "a frame of \(bytes.count) bytes"
        }
        return WorkerProtocolError(.unknownCommand, "\(shown) is no command of an \(dialect) worker")
    }
}
