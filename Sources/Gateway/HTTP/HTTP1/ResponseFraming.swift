/// How the body of a response is framed in HTTP/1, and with it what goes out for each piece (RFC 9112, section 6).
enum ResponseFraming: Equatable {
    /// A `content-length` field, and that many bytes.
    case length(Int)
    /// Chunks (HTTP/1.1).
    case chunked
    /// Everything until the connection ends (HTTP/1.0).
    case untilClose
    /// No body; the length that a `content-length` field still names, if any.
    case bodyless(named: Int?)

    init(_ length: ResponseStart.Length, isHTTP10: Bool) {
        self =
            switch length {
            case .known(let length): .length(length)
            case .unknown: isHTTP10 ? .untilClose : .chunked
            case .bodyless(let named): .bodyless(named: named)
            }
    }
}
