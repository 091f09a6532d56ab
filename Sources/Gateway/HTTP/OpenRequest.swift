import NIOCore
import SwiftZMQ

/// A request of a connection whose answer is not complete yet, with what has come of the answer.
struct OpenRequest {
    /// Its number at the broker; 0 where the gateway answers by itself.
    var number: UInt64 = 0
    var requestID: String
    var isHead = false
    var isHTTP10 = false
    /// Whether the connection ends after the response.
    var closes: Bool
    /// Whether the client would rather read a problem as text.
    var prefersText = false
    /// The answer, where the gateway gives it by itself.
    var local: LocalAnswer?

    /// Events that came while earlier requests were still being answered.
    var held: [ReplyEvent] = []
    var heldBytes = 0
    /// The bytes of a streamed response that have been written, and those of them that the client has taken.
    var streamedBytes = 0
    var takenBytes = 0
    /// What the broker has been told of those that were taken.
    var reportedBytes = 0
    /// How the body of the response is framed, once its head is written.
    var framing: ResponseFraming?
    /// What is left of a large body that is handed to the kernel piece by piece, and from which byte on.
    var rest: (body: Message, offset: Int)?

    // For the observer alone.
    var client = ""
    var method = ""
    var target = ""
    var service: String?
    var handling: RequestHandling?
    var status: Int?
    var failure: GatewayFailure?
    var bytesIn = 0
    var bytesOut = 0
    var started = NIODeadline.distantPast

    init(requestID: String, closes: Bool) {
        self.requestID = requestID
        self.closes = closes
    }

    /// What the observer learns when the request is finished.
    func finished(_ outcome: FinishedRequest.Outcome, at now: NIODeadline) -> FinishedRequest {
        FinishedRequest(
            requestID: requestID, client: client, method: method, target: target, service: service, handling: handling,
            status: status,
            failure: failure,
            outcome: outcome, bytesIn: bytesIn, bytesOut: bytesOut,
            microseconds: started == .distantPast ? 0 : (now - started).nanoseconds / 1000)
    }
}
