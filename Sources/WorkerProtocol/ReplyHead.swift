import SwiftZMQ

/// The status and the fields of a worker's reply, as they go to the client.
public struct ReplyHead: Sendable {
    /// A header field: the name in the worker's own spelling, the value without outer blanks.
    public struct Field: Sendable, Hashable {
        /// The field's name.
        public let name: String
        /// The field's value.
        public let value: String

        /// Makes a field.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What a head is made of: the parts that a worker's code names, or the bytes that came from a worker.
    enum Content: Sendable {
        case parts(reason: String, fields: [Field])
        case bytes(ReplyHeadBytes)
    }

    /// 200 … 599, or 101 where a WebSocket is accepted.
    public let status: Int
    /// The `content-length` that the worker named, nil where it named none or no plain number.
    ///
    /// Only the reply to HEAD and a streamed reply need it; everywhere else the length is that of the body.
    public let contentLength: Int?
    let content: Content

    /// Makes a head from its parts.
    public init(status: Int, reason: String = "", fields: [Field] = [], contentLength: Int? = nil) {
        self.status = status
        self.contentLength = contentLength
        content = .parts(reason: reason, fields: fields)
    }

    init(status: Int, contentLength: Int?, bytes: ReplyHeadBytes) {
        self.status = status
        self.contentLength = contentLength
        content = .bytes(bytes)
    }

    /// The reason phrase, empty where the worker gave none; bytes that are not UTF-8 become U+FFFD.
    public var reason: String {
        switch content {
        case .parts(let reason, _): reason
        case .bytes(let bytes): bytes.withReason { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The fields in the worker's order, without hop-by-hop fields and without `content-length`; bytes that are not UTF-8
    /// become U+FFFD.
    public var fields: [Field] {
        switch content {
        case .parts(_, let fields): return fields
        case .bytes(let bytes):
            var fields: [Field] = []
            bytes.forEachField { name, value in
                fields.append(
                    Field(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self)))
            }
            return fields
        }
    }
}

extension ReplyHead: Hashable {
    /// Two heads are equal when their parts are.
    public static func == (one: ReplyHead, other: ReplyHead) -> Bool {
        one.status == other.status && one.contentLength == other.contentLength && one.reason == other.reason
            && one.fields == other.fields
    }

    /// Hashes the parts.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(status)
        hasher.combine(contentLength)
        hasher.combine(reason)
        hasher.combine(fields)
    }
}

extension ReplyHead {
    /// Calls a closure with the bytes of the reason phrase, as the worker sent them.
    package func withReason<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch content {
        case .parts(var reason, _): reason.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        case .bytes(let bytes): bytes.withReason(body)
        }
    }

    /// Calls a closure with the meaning and the bytes of each field, as the worker sent them.
    package func forEachField(
        _ body: (FieldName, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
    ) {
        switch content {
        case .parts(_, let fields):
            for field in fields {
                var (name, value) = (field.name, field.value)
                name.withUTF8 { name in
                    let name = UnsafeRawBufferPointer(name)
                    value.withUTF8 { body(FieldName(name), name, UnsafeRawBufferPointer($0)) }
                }
            }
        case .bytes(let bytes):
            bytes.forEachField { body(FieldName($0), $0, $1) }
        }
    }

    /// Calls a closure with all field lines as they go out, and with which fields are among them, where they can go out as
    /// they are; nil where they cannot.
    package func withFieldLines<Result>(
        _ body: (UnsafeRawBufferPointer, _ hasDate: Bool, _ hasServer: Bool) -> Result
    ) -> Result? {
        guard case .bytes(let bytes) = content else { return nil }
        return bytes.withLines { body($0, bytes.hasDate, bytes.hasServer) }
    }

    /// Room for the reason phrase and the field lines.
    package var roomForLines: Int {
        switch content {
        case .parts(let reason, let fields):
            fields.reduce(reason.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        case .bytes(let bytes): bytes.frame.count
        }
    }
}
