import GatewayWorker
import SwiftZMQ
import Testing
import WorkerProtocol

extension FakeGateway {
    /// Asks for a WebSocket.
    func askForWebSocket(_ id: Frame, _ line: String = "GET /", fields: String = "", to peer: Frame) async throws {
        try await request(id, line, fields: "x-websocket: 13\r\n\(fields)", to: peer)
    }

    /// The next command, which must be a PARTIAL.
    func partial() async throws -> (id: Frame, frames: BodyFrames) {
        let command = try await receiveTelling().command
        guard case .partial(let id, let frames) = command else { throw Unexpected(command: command) }
        return (id, frames)
    }

    /// Waits until a WebSocket is accepted, and gives the head's lines.
    @discardableResult
    func accepted(_ id: Frame) async throws -> [String] {
        let (request, frames) = try await partial()
        #expect(request == id)
        #expect(frames.count == 2 && frames.last?.isEmpty == true)
        // A reply head of this status is read nowhere but at the gateway's end of a WebSocket.
        let lines = String(frames[0]).split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.first == "HTTP/1.1 101 Switching Protocols")
        #expect(lines.suffix(2) == ["", ""])
        return Array(lines.dropFirst().dropLast(2))
    }

    /// Asks for a WebSocket and waits until it is accepted.
    func openWebSocket(_ id: Frame, fields: String = "", to peer: Frame) async throws {
        try await askForWebSocket(id, fields: fields, to: peer)
        try await accepted(id)
    }

    func say(_ text: String, _ id: Frame, to peer: Frame) async throws {
        try await send(.message(id: id, kind: .text, data: Frame(text)), to: peer)
    }

    /// A client's close, with a code in two bytes.
    func close(_ id: Frame, _ code: UInt16? = 1000, _ reason: String = "", to peer: Frame) async throws {
        let bytes = code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? []
        try await send(.message(id: id, kind: .close, data: Frame(bytes + Array(reason.utf8))), to: peer)
    }

    /// The next message that is no CREDIT.
    func heard() async throws -> [String] {
        while true {
            let command = try await receiveTelling().command
            switch command {
            case .credit: continue
            case .partial(_, let frames): return frames.map { String($0) }
            case .final(_, let frames): return ["FINAL"] + frames.map { String($0) }
            default: throw Unexpected(command: command)
            }
        }
    }

    /// The next command, which must be a CREDIT.
    func granted() async throws -> Int {
        let command = try await receiveTelling().command
        guard case .credit(_, let bytes) = command else { throw Unexpected(command: command) }
        return bytes
    }
}

/// A worker of the service `s` that serves WebSockets, and answers everything else with `ordinary`.
func webSocketWorker(
    _ gateway: FakeGateway, _ configuration: GatewayWorker.Configuration = .patient(),
    handler: @escaping GatewayWorker.WebSocketHandler
) -> GatewayWorker {
    GatewayWorker(
        service: "s", endpoints: [gateway.endpoint], configuration: configuration, handler: { _ in .text("ordinary") }
    ).webSocket(handler)
}
