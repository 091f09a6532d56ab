import HTTPTypes
import SwiftZMQ
import WorkerProtocol

extension WorkerRequest {
    /// Reads the frames of a request: a head, then the body; further frames are joined to it, and none is an empty body.
    ///
    /// - Throws: what is wrong with the head.
    init(reading frames: BodyFrames) throws(WorkerProtocolError) {
        let read = try RequestHead(reading: frames[0])
        body = frames.count == 2 ? frames[1] : Message(joining: frames.dropFirst())
        guard let method = HTTPRequest.Method(rawValue: read.method) else {
            throw WorkerProtocolError(.requestLine, "the method is not a token")
        }
        var fields = HTTPFields()
        fields.reserveCapacity(read.fields.count)
        var authority: String?
        for field in read.fields {
            guard let name = HTTPField.Name(field.name) else {
                throw WorkerProtocolError(.fieldName, "the name of a field is not a token")
            }
            if name.canonicalName == "host" {
                authority = field.value
            } else {
                fields.append(HTTPField(name: name, value: field.value))
            }
        }
        head = HTTPRequest(
            method: method, scheme: fields[.forwardedProto] ?? "http", authority: authority, path: read.target,
            headerFields: fields)
    }
}
