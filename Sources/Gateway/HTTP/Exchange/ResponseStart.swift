import SwiftZMQ
import WorkerProtocol

/// What stands before the body of a response, whatever version of HTTP it is written in.
struct ResponseStart {
    /// Where the fields come from.
    enum Source {
        /// A worker's reply.
        case worker(ReplyHead)
        /// The gateway itself: an answer, and whether its document is plain text.
        case gateway(LocalAnswer, asText: Bool)
        /// What serves a WebSocket, which is accepted: the fields that it adds, and what proves that the key was read; nil
        /// over HTTP/2, where there is none.
        case webSocket(ReplyHead, acceptance: String?)
    }

    /// What is known of the body's length.
    enum Length: Equatable {
        /// It has that many bytes.
        case known(Int)
        /// It ends when it ends.
        case unknown
        /// There is no body, whatever the worker sends; the length that is named all the same, if any.
        case bodyless(named: Int?)
    }

    let source: Source
    let length: Length

    var status: Int {
        switch source {
        case .worker(let head): head.status
        case .gateway(let answer, _): answer.status
        case .webSocket(_, let acceptance): acceptance == nil ? 200 : ReplyHead.switchingProtocols
        }
    }

    /// The start of a whole reply.
    init(_ head: ReplyHead, bodySize: Int, isHead: Bool) {
        source = .worker(head)
        length =
            switch head.status {
            case 204, 304: .bodyless(named: nil)
            // A reply to HEAD says how long the body would be, or carries the body itself, or says nothing about it.
            case _ where isHead: .bodyless(named: head.contentLength ?? (bodySize > 0 ? bodySize : nil))
            default: .known(bodySize)
            }
    }

    /// The start of a streamed reply, which keeps the length that its worker names.
    init(streamed head: ReplyHead, isHead: Bool) {
        source = .worker(head)
        length =
            switch head.status {
            case 204, 304: .bodyless(named: nil)
            case _ where isHead: .bodyless(named: head.contentLength)
            default: head.contentLength.map { .known($0) } ?? .unknown
            }
    }

    /// What stands before the frames of a WebSocket.
    init(accepting upgrade: WebSocketUpgrade, _ head: ReplyHead) {
        source = .webSocket(head, acceptance: upgrade.acceptance)
        length = upgrade.key == nil ? .unknown : .bodyless(named: nil)
    }

    /// The start of an answer of the gateway's own.
    init(_ answer: LocalAnswer, asText: Bool, bodySize: Int, isHead: Bool) {
        source = .gateway(answer, asText: asText)
        length =
            switch answer {
            case .options: .bodyless(named: nil)
            case .problem: isHead ? .bodyless(named: bodySize) : .known(bodySize)
            }
    }
}
