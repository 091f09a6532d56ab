import SwiftZMQ

/// An exchange of a connection of HTTP/1, in its place in the order of answers.
struct PipelinedExchange {
    var exchange: HTTPExchange
    let isHTTP10: Bool
    /// Whether the connection ends after the response.
    var closes: Bool

    /// Events that came while earlier requests were still being answered.
    var held: [ReplyEvent] = []
    /// The bytes of pieces, and of a whole body, among them.
    var heldBytes = 0
    /// What is asked again when its turn comes, as its answer was too large to be held; only where it may be asked twice.
    var repetition: GatewayRequest?
    var isToBeRepeated = false

    /// How the body of the response is framed, once its head is written.
    var framing: ResponseFraming?
    /// How many bytes had been written on the connection before it.
    var start = 0
    /// What is left of a large body that is handed to the kernel piece by piece, and from which byte on.
    var rest: (body: Frame, offset: Int)?

    init(_ exchange: consuming HTTPExchange, isHTTP10: Bool, closes: Bool) {
        self.exchange = exchange
        self.isHTTP10 = isHTTP10
        self.closes = closes
    }
}
