/// The method, the target and the fields of a request: what the first frame of a request says.
///
/// The gateway makes the frame from what a client sent; a worker reads it with ``init(reading:)``.
public struct RequestHead: Sendable, Hashable {
    /// A header field; the gateway sends names in lower case.
    public typealias Field = ReplyHead.Field

    /// The method, such as `GET`.
    public let method: String
    /// The target as the client sent it, in origin form: the path and the query.
    public let target: String
    /// The fields in the client's order, then those the gateway added.
    public let fields: [Field]

    /// Makes a head from its parts.
    public init(method: String, target: String, fields: [Field] = []) {
        self.method = method
        self.target = target
        self.fields = fields
    }

    /// The value of the first field with a name, which is given in lower case.
    public subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }
}
