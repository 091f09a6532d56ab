/// The nine bytes that each frame begins with (RFC 9113, section 4.1).
struct HTTP2FrameHead: Equatable {
    static let size = 9

    /// What kind of frame it is (RFC 9113, section 6).
    struct Kind: Equatable {
        let number: UInt8

        static let data = Kind(number: 0)
        static let headers = Kind(number: 1)
        static let priority = Kind(number: 2)
        static let reset = Kind(number: 3)
        static let settings = Kind(number: 4)
        static let ping = Kind(number: 6)
        static let goAway = Kind(number: 7)
        static let windowUpdate = Kind(number: 8)
        static let continuation = Kind(number: 9)

        /// Whether it is one of RFC 9113. Others may come at any time, and mean nothing (section 5.5).
        var isKnown: Bool { number <= 9 }
    }

    let kind: Kind
    let flags: UInt8
    /// The bytes that follow it.
    let length: Int
    /// The stream; 0 for the connection.
    let stream: UInt32

    /// ACK of SETTINGS and PING, END_STREAM of DATA and HEADERS.
    static let acknowledges: UInt8 = 1
    static let endsStream: UInt8 = 1
    /// END_HEADERS of HEADERS and CONTINUATION.
    static let endsHeaders: UInt8 = 4

    func has(_ flag: UInt8) -> Bool { flags & flag != 0 }
}
