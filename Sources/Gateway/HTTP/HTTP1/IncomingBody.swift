import NIOCore

/// A request whose head was good and whose body is being read.
struct IncomingBody {
    private enum Framing {
        case length(remaining: Int)
        case chunked(ChunkedBodyDecoder)
    }

    /// The exchange, whose request is complete with the body.
    var exchange: HTTPExchange
    let isHTTP10: Bool
    let keepsAlive: Bool
    /// Whether the client waits for a 100 before it sends the body.
    var needsContinue: Bool
    private var framing: Framing
    private(set) var data = ByteBuffer()

    /// Makes the state for a body that is announced within its limit; nil where the request has none.
    init?(_ exchange: HTTPExchange) {
        switch exchange.request?.body {
        case nil, .some(.none): return nil
        case .length(let length): framing = .length(remaining: length)
        case .chunked: framing = .chunked(ChunkedBodyDecoder())
        }
        isHTTP10 = exchange.request?.isHTTP10 == true
        keepsAlive = exchange.request?.keepsAlive == true
        needsContinue = exchange.request?.expectation == .hundredContinue
        self.exchange = exchange
    }

    /// Takes what belongs to the body from an input; true when the body is complete.
    mutating func read(_ input: inout ByteBuffer, limits: RequestLimits) throws(RequestRejection) -> Bool {
        if input.readableBytes > 0 { needsContinue = false }
        switch framing {
        case .length(let remaining):
            let count = min(remaining, input.readableBytes)
            if let piece = input.readSlice(length: count), count > 0 {
                if data.readableBytes == 0 { data = piece } else { data.writeImmutableBuffer(piece) }
            }
            framing = .length(remaining: remaining - count)
            return count == remaining
        case .chunked(var decoder):
            let progress = try decoder.decode(&input, into: &data, limit: exchange.maximumBodySize, limits: limits)
            framing = .chunked(decoder)
            return progress == .complete
        }
    }
}
