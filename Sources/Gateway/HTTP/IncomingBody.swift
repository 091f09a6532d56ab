import NIOCore

/// A request whose head was good and whose body is being read.
struct IncomingBody {
    private enum Framing {
        case length(remaining: Int)
        case chunked(ChunkedBodyDecoder)
    }

    /// The request, to be handed to the broker or refused when its body is complete.
    var request: AdmittedRequest
    /// Whether the client waits for a 100 before it sends the body.
    var needsContinue: Bool
    private var framing: Framing
    private(set) var data = ByteBuffer()

    /// Makes the state for a body that is announced within its limit; nil where the request has none.
    init?(_ request: AdmittedRequest) {
        switch request.shape.body {
        case .none: return nil
        case .length(let length): framing = .length(remaining: length)
        case .chunked: framing = .chunked(ChunkedBodyDecoder())
        }
        self.request = request
        needsContinue = request.shape.expectation == .hundredContinue
    }

    /// Takes what belongs to the body from an input; true when the body is complete.
    mutating func read(_ input: inout ByteBuffer, settings: HTTPSettings) throws(RequestRejection) -> Bool {
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
            let progress = try decoder.decode(
                &input, into: &data, limit: request.maximumBodySize, limits: settings)
            framing = .chunked(decoder)
            return progress == .complete
        }
    }
}
