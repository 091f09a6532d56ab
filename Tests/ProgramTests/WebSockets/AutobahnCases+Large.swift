extension AutobahnCase {
    /// 9 and 10: large messages, in any number of frames and parts; and many small ones, of which each is asked for when the
    /// one before has come.
    static let large: [AutobahnCase] = whole + fragmented + chopped + automatic

    /// Text or binary of a size.
    private static func contents(_ kind: UInt8, _ size: Int) -> [UInt8] {
        [UInt8](repeating: kind == 1 ? UInt8(ascii: "*") : 0xFE, count: size)
    }

    private static func frames(_ kind: UInt8, _ contents: [UInt8], of size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: contents.count, by: size) {
            let end = min(contents.count, start + size)
            bytes += WebSocketClient.frame(
                start == 0 ? kind : 0, Array(contents[start..<end]), isFinal: end == contents.count)
        }
        return bytes
    }

    private static func name(_ kind: UInt8) -> String { kind == 1 ? "text" : "binary" }

    private static let whole: [AutobahnCase] = [1, 2].flatMap { (kind: UInt8) in
        [64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20].enumerated().map { index, size in
            let message = contents(kind, size)
            return AutobahnCase(
                "9.\(kind).\(index + 1)", "\(name(kind)) of \(size >> 10) KiB", WebSocketClient.frame(kind, message),
                [Frame(opcode: kind, contents: message)])
        }
    }

    private static let fragmented: [AutobahnCase] = [1, 2].flatMap { (kind: UInt8) in
        [64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20].enumerated().map { index, size in
            let message = contents(kind, 4 << 20)
            return AutobahnCase(
                "9.\(kind + 2).\(index + 1)", "\(name(kind)) of 4 MiB in frames of \(size) bytes",
                frames(kind, message, of: size), [Frame(opcode: kind, contents: message)])
        }
    }

    private static let chopped: [AutobahnCase] = [1, 2].flatMap { (kind: UInt8) in
        [64, 128, 256, 512, 1024, 2048].enumerated().map { index, size in
            let message = contents(kind, 1 << 20)
            return AutobahnCase(
                "9.\(kind + 4).\(index + 1)", "\(name(kind)) of 1 MiB sent in parts of \(size) bytes",
                WebSocketClient.frame(kind, message), inPartsOf: size, [Frame(opcode: kind, contents: message)])
        }
    }

    private static let automatic = [
        AutobahnCase(
            "10.1.1", "text of 64 KiB in frames of 1300 bytes", frames(1, contents(1, 65536), of: 1300),
            [Frame(opcode: 1, contents: contents(1, 65536))])
    ]

    /// 9.7 and 9.8: a thousand messages of a size.
    static let rounds: [(number: String, kind: UInt8, size: Int)] = [1, 2].flatMap { (kind: UInt8) in
        [0, 16, 64, 256, 1024, 4096].enumerated().map { ("9.\(kind + 6).\($0 + 1)", kind, $1) }
    }
}
