import SwiftZMQ
import WorkerProtocol

@testable import Gateway

/// The readers that are fuzzed, by the folders of `Tests/Corpus` with their inputs. Each ends the process where a rule is
/// broken.
enum Reader: String, CaseIterable {
    case requests
    case replies
    case workerCommands = "worker-commands"
    case gatewayCommands = "gateway-commands"
    case certificates
    case webSocketFrames = "websocket-frames"

    func callAsFunction(_ bytes: [UInt8]) {
        switch self {
        case .requests: Self.readRequests(bytes)
        case .replies: Self.readReply(bytes)
        case .workerCommands: Self.readWorkerCommand(bytes)
        case .gatewayCommands: Self.readGatewayCommand(bytes)
        case .certificates: Self.readCertificate(bytes)
        case .webSocketFrames: Self.readWebSocket(bytes)
        }
    }

    /// What a client sends is read the same whether it comes at once or byte by byte, and only good requests pass.
    private static func readRequests(_ bytes: [UInt8]) {
        let whole = RequestReading([bytes[...]])
        let split = RequestReading(bytes.indices.map { bytes[$0...$0] })
        guard whole.requests == split.requests, (whole.refusal == nil) == (split.refusal == nil),
            whole.contradictions.isEmpty
        else { fatalError("\(whole) \(split)") }
    }

    /// A reply that is read is read the same once more.
    private static func readReply(_ bytes: [UInt8]) {
        guard let reply = try? WorkerReply(reading: BodyFrames(Message([Frame(bytes), "body"]))) else { return }
        let again = try? WorkerReply(reading: BodyFrames(reply.frames()))
        func lines(_ reply: WorkerReply) -> [String] {
            reply.head.fields.map { "\($0.name.lowercased()): \($0.value)" }
        }
        guard again.map(lines) == lines(reply), again?.head.status == reply.head.status,
            again?.head.reason == reply.head.reason, again?.body == reply.body, 200...599 ~= reply.head.status
        else { fatalError("\(reply) became \(String(describing: again))") }
    }

    /// A worker's command that is read is read the same once more.
    private static func readWorkerCommand(_ bytes: [UInt8]) {
        let message = frames(bytes)
        _ = WorkerDialect(firstMessage: message)
        for dialect in WorkerDialect.allCases {
            guard let command = try? WorkerCommand(reading: message, dialect: dialect) else { continue }
            let again = try? WorkerCommand(reading: command.frames(in: dialect), dialect: dialect)
            guard again == command else { fatalError("\(command) became \(String(describing: again))") }
        }
    }

    /// A gateway's command that is read is read the same once more.
    private static func readGatewayCommand(_ bytes: [UInt8]) {
        let message = frames(bytes)
        for dialect in WorkerDialect.allCases {
            guard let command = try? GatewayCommand(reading: message, dialect: dialect) else { continue }
            let again = command.frames(in: dialect).flatMap { try? GatewayCommand(reading: $0, dialect: dialect) }
            guard again == command else { fatalError("\(command) became \(String(describing: again))") }
        }
    }

    /// What the client of a WebSocket sends is read the same whether it comes at once or byte by byte.
    private static func readWebSocket(_ bytes: [UInt8]) {
        let whole = WebSocketReading([bytes[...]])
        let split = WebSocketReading(bytes.indices.map { bytes[$0...$0] })
        guard whole == split, whole.contradictions.isEmpty else { fatalError("\(whole) \(split)") }
    }

    /// The subject of a certificate is visible ASCII, and not longer than it may be.
    private static func readCertificate(_ bytes: [UInt8]) {
        guard let text = CertificateSubject.text(of: bytes) else { return }
        guard text.utf8.count <= CertificateSubject.longestText, text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) else {
            fatalError(text)
        }
    }

    /// A message of the corpus: a frame a line, in hexadecimal digits.
    private static func frames(_ text: [UInt8]) -> Message {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let frames = lines.map { line in
            let digits = line.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map(UInt8.init) }
            return Frame(stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
        }
        return Message(frames.count > 1 ? Array(frames.dropLast()) : frames)
    }
}
