/// The path of a file: its bytes, which need not be UTF-8, and what it is called in messages.
public struct PathBytes: Hashable, Sendable, CustomStringConvertible {
    private let bytes: [UInt8]
    /// What it is called in messages.
    public let description: String

    /// A path of any bytes but zero.
    ///
    /// - Parameter name: what it is called in messages.
    public init(_ bytes: [UInt8], called name: String) {
        self.bytes = bytes
        description = name
    }

    /// A path that is a text.
    public init(_ text: String) {
        self.init(Array(text.utf8), called: text)
    }

    /// The path as C takes it, with the zero at its end.
    public var cString: [CChar] { bytes.map { CChar(truncatingIfNeeded: $0) } + [0] }

    /// The path with a text behind it.
    func adding(_ suffix: String) -> PathBytes {
        PathBytes(bytes + Array(suffix.utf8), called: description + suffix)
    }

    /// The folder that the file is in.
    var folder: PathBytes {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return PathBytes(".") }
        return slash == 0 ? PathBytes("/") : PathBytes(Array(bytes[..<slash]), called: "the folder of \(description)")
    }
}
