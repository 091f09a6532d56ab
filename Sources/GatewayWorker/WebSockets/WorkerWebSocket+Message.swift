public import SwiftZMQ
import WorkerProtocol

extension WorkerWebSocket {
    /// A message of a WebSocket, whole: fragments have been put together.
    public enum Message: Sendable, Hashable {
        /// Text.
        case text(String)
        /// Bytes of any kind.
        case binary(Frame)

        /// How many bytes it has, text in UTF-8.
        public var size: Int {
            switch self {
            case .text(let text): text.utf8.count
            case .binary(let bytes): bytes.count
            }
        }
    }
}

extension WorkerWebSocket.Message {
    var kind: WebSocketMessageKind {
        switch self {
        case .text: .text
        case .binary: .binary
        }
    }

    var data: Frame {
        switch self {
        case .text(let text): Frame(text)
        case .binary(let bytes): bytes
        }
    }
}
