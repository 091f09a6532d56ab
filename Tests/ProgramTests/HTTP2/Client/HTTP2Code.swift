/// An error code of HTTP/2 (RFC 9113, section 7).
struct HTTP2Code: Hashable, Sendable, CustomStringConvertible {
    let value: UInt32

    static let noError = HTTP2Code(value: 0)
    static let protocolError = HTTP2Code(value: 1)
    static let internalError = HTTP2Code(value: 2)
    static let flowControlError = HTTP2Code(value: 3)
    static let settingsTimeout = HTTP2Code(value: 4)
    static let streamClosed = HTTP2Code(value: 5)
    static let frameSizeError = HTTP2Code(value: 6)
    static let refusedStream = HTTP2Code(value: 7)
    static let cancel = HTTP2Code(value: 8)
    static let compressionError = HTTP2Code(value: 9)
    static let connectError = HTTP2Code(value: 10)
    static let enhanceYourCalm = HTTP2Code(value: 11)

    private static let names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
        "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]

    var description: String { value < Self.names.count ? Self.names[Int(value)] : "code \(value)" }
}
