import HTTPTypes
import SwiftZMQ
import WorkerProtocol

extension WorkerRequest {
    /// Reads the frames of a request: a head, then the body; further frames are joined to it, and none is an empty body.
    ///
    /// - Throws: what is wrong with the head.
    init(reading frames: BodyFrames) throws(WorkerProtocolError) {
        let raw = try RequestHead(reading: frames.head)
        guard let method = Self.method(raw.method) else {
            throw WorkerProtocolError(.requestLine, "the method is not a token")
        }
        self.init(
            raw: raw, method: method,
            body: Frame(joining: frames.dropFirst()))
    }

    private static func method(_ name: String) -> HTTPRequest.Method? {
        switch name {
        case "GET": .get
        case "POST": .post
        default: HTTPRequest.Method(rawValue: name)
        }
    }
}
