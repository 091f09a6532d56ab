/// The status and the fields of a worker's reply, as they go to the client.
public struct ReplyHead: Sendable, Hashable {
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

    /// 200 … 599.
    public let status: Int
    /// The reason phrase, empty where the worker gave none.
    public let reason: String
    /// The fields in the worker's order, without hop-by-hop fields and without `content-length`.
    public let fields: [Field]
    /// The `content-length` that the worker named, nil where it named none or no plain number.
    ///
    /// Only the reply to HEAD needs it; everywhere else the length is that of the body.
    public let contentLength: Int?

    /// Makes a head from its parts.
    public init(status: Int, reason: String = "", fields: [Field] = [], contentLength: Int? = nil) {
        self.status = status
        self.reason = reason
        self.fields = fields
        self.contentLength = contentLength
    }
}
