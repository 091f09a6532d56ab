/// What turns bytes into values, such as Foundation's `JSONDecoder` and `PropertyListDecoder`.
///
/// Those have its methods already, and one line declares it:
///
/// ```swift
/// extension JSONDecoder: @retroactive MessageDecoder {}
/// ```
public protocol MessageDecoder {
    /// What the decoder reads, such as `Data` or `[UInt8]`.
    associatedtype Input: RangeReplaceableCollection<UInt8>

    /// The value that bytes stand for.
    func decode<Value: Decodable>(_ type: Value.Type, from input: Input) throws -> Value
}

extension Frame {
    /// The value that the bytes stand for.
    ///
    /// ```swift
    /// let order = try frame.decode(Order.self, with: JSONDecoder())
    /// ```
    ///
    /// - Throws: what the decoder throws, such as `DecodingError` for bytes that are no such value.
    public func decode<Value: Decodable, Decoder: MessageDecoder>(
        _ type: Value.Type, with decoder: Decoder
    ) throws -> Value {
        try decoder.decode(type, from: Decoder.Input(self))
    }
}
