/// What turns values into bytes, such as Foundation's `JSONEncoder` and `PropertyListEncoder`.
///
/// Those have its methods already, and one line declares it:
///
/// ```swift
/// extension JSONEncoder: @retroactive MessageEncoder {}
/// ```
///
/// The line is yours to write, as this library does not depend on Foundation.
public protocol MessageEncoder {
    /// What the encoder makes, such as `Data` or `[UInt8]`.
    associatedtype Output: Sequence<UInt8>

    /// The bytes for a value.
    func encode<Value: Encodable>(_ value: Value) throws -> Output
}

extension Frame {
    /// Makes a frame of a value.
    ///
    /// ```swift
    /// let frame = try Frame(encoding: order, with: JSONEncoder())
    /// ```
    ///
    /// - Throws: what the encoder throws.
    public init(encoding value: some Encodable, with encoder: some MessageEncoder) throws {
        self.init(try encoder.encode(value))
    }
}

extension SendingSocket {
    /// Sends a value as one frame. See ``send(_:timeout:)-(Frame,_)``.
    ///
    /// ```swift
    /// try await push.send(order, with: JSONEncoder())
    /// ```
    ///
    /// - Parameters:
    ///   - value: what is sent.
    ///   - encoder: turns it into bytes.
    ///   - timeout: how long to wait for room; nil, the default, for as long as it takes.
    /// - Throws: what the encoder throws, and what ``send(_:timeout:)-(Frame,_)`` throws.
    public nonisolated(nonsending) func send(
        _ value: some Encodable, with encoder: some MessageEncoder, timeout: Duration? = nil
    ) async throws {
        try await send(Frame(encoding: value, with: encoder), timeout: timeout)
    }
}
