/// What a frame of a WebSocket is (RFC 6455, section 5.2).
enum WebSocketOpcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Whether it is no part of a message, and may come between the parts of one.
    var isControl: Bool { rawValue >= 0x8 }
}
