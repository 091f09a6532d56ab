public import ArgumentParser

/// A value of a command line as the bytes that were typed, which need not be UTF-8: a topic, a path, a command.
///
/// The parser knows strings only. So a byte that is no UTF-8 reaches it as a character that stands for it, and is that
/// byte again here: see ``ProcessArguments``.
public struct ByteArgument: ExpressibleByArgument, ExpressibleByStringLiteral, Hashable, Sendable,
    CustomStringConvertible
{
    /// The bytes.
    public let bytes: [UInt8]

    /// Takes any text.
    public init(argument: String) {
        bytes = ProcessArguments.bytes(of: argument)
    }

    /// A default.
    public init(stringLiteral value: String) {
        bytes = Array(value.utf8)
    }

    /// The text; what is no UTF-8 is written `\xFF`.
    public var description: String { ProcessArguments.readable(ProcessArguments.text(of: bytes)) }
}
