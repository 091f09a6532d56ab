import HTTPTypes
import SwiftZMQ
import WorkerProtocol

extension WorkerResponse {
    /// The first frame of the reply.
    ///
    /// - Parameter contentLength: what the reply to a HEAD names; the gateway knows every other length itself.
    /// - Throws: when the status is out of range or a field cannot be sent.
    func headFrame(contentLength: Int? = nil) throws(WorkerProtocolError) -> Frame {
        var length = contentLength
        var fields: [ReplyHead.Field] = []
        fields.reserveCapacity(headerFields.count)
        for field in headerFields {
            if field.name.canonicalName == "content-length" {
                length = Int(field.value) ?? length
            } else {
                fields.append(ReplyHead.Field(name: field.name.canonicalName, value: field.value))
            }
        }
        return try ReplyHead(
            status: status.code, reason: status.reasonPhrase, fields: fields, contentLength: length
        ).frame()
    }
}
