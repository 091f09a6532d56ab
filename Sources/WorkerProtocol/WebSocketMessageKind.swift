public import SwiftZMQ

/// What a message of a WebSocket is, as its frame between gateway and worker says.
public enum WebSocketMessageKind: String, Sendable, Hashable, CaseIterable {
    /// Text in UTF-8.
    case text
    /// Bytes of any kind.
    case binary
    /// No message: the WebSocket's end.
    case close

    /// The frame that says it.
    public var frame: Frame {
        switch self {
        case .text: Self.textFrame
        case .binary: Self.binaryFrame
        case .close: Self.closeFrame
        }
    }

    /// Reads the frame.
    ///
    /// - Throws: when it says anything else.
    public init(reading frame: Frame) throws(WorkerProtocolError) {
        if frame.equals("text") {
            self = .text
        } else if frame.equals("binary") {
            self = .binary
        } else if frame.equals("close") {
            self = .close
        } else {
            throw WorkerProtocolError(
                .messageKind,
                "the kind of a WebSocket message is '\(frame.printablePrefix(32))'; it must be text, binary or close")
        }
    }

    private static let textFrame: Frame = "text"
    private static let binaryFrame: Frame = "binary"
    private static let closeFrame: Frame = "close"
}
