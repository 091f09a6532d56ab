extension AutobahnCase {
    /// 6: what is UTF-8 and what is not.
    static let texts: [AutobahnCase] = shaped + failFast + sequences

    private static let sample = Array("Hello-µ@ßöäüàá-UTF-8!!".utf8)
    private static let kosme: [UInt8] = bytes("cebae1bdb9cf83cebcceb5")
    private static let broken: [UInt8] = kosme + bytes("eda080") + Array("edited".utf8)

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
    }

    /// A text in frames of the given parts.
    private static func fragmented(_ parts: [[UInt8]]) -> [UInt8] {
        parts.enumerated().flatMap { index, part in
            WebSocketClient.frame(index == 0 ? 1 : 0, part, isFinal: index == parts.count - 1)
        }
    }

    private static func valid(_ number: String, _ name: String, _ parts: [[UInt8]]) -> AutobahnCase {
        AutobahnCase(number, name, fragmented(parts), [Frame(opcode: 1, contents: parts.flatMap { $0 })])
    }

    private static func invalid(_ number: String, _ name: String, _ parts: [[UInt8]]) -> AutobahnCase {
        AutobahnCase(number, name, fragmented(parts), [], .failed(1007))
    }

    private static let shaped: [AutobahnCase] = [
        valid("6.1.1", "no bytes", [[]]), valid("6.1.2", "no bytes in three", [[], [], []]),
        valid("6.1.3", "bytes in the middle one of three", [[], Array("middle frame payload".utf8), []]),
        valid("6.2.1", "a text", [sample]),
        valid("6.2.2", "in two", [Array(sample[..<12]), Array(sample[12...])]),
        valid("6.2.3", "byte by byte", sample.map { [$0] }), valid("6.2.4", "another byte by byte", kosme.map { [$0] }),
        invalid("6.3.1", "a surrogate in the middle", [broken]),
        invalid("6.3.2", "the same byte by byte", broken.map { [$0] }),
    ]

    /// A text that cannot be UTF-8 any more is refused before it has come whole.
    private static let failFast: [AutobahnCase] = {
        let (good, bad) = (kosme, bytes("f4908080"))
        let open = { (parts: [[UInt8]]) in
            parts.enumerated().flatMap { index, part in
                WebSocketClient.frame(index == 0 ? 1 : 0, part, isFinal: false)
            }
        }
        let head = WebSocketClient.frame(1, good + bad + Array("edited".utf8))
        return [
            AutobahnCase(
                "6.4.1", "beyond the last character, in the second of three", open([good, bad]), [], .failed(1007)),
            AutobahnCase(
                "6.4.2", "the same as soon as it shows", open([good + [0xF4], [0x90]]), [], .failed(1007)),
            AutobahnCase("6.4.3", "in the middle of a frame", Array(head[..<(6 + 15)]), [], .failed(1007)),
            AutobahnCase(
                "6.4.4", "in the middle of a frame, as soon as it shows", Array(head[..<(6 + 13)]), [], .failed(1007)),
        ]
    }()

    /// Sequences by the number of their group, and which of them are no UTF-8.
    private static let groups: [(number: Int, isValid: Bool, [String])] = [
        (
            5, true,
            [
                "68656c6c6f24776f726c64", "68656c6c6fc2a2776f726c64", "68656c6c6fe282ac776f726c64",
                "68656c6c6ff0a4ada2776f726c64", "cebae1bdb9cf83cebcceb5",
            ]
        ),
        (7, true, ["00", "c280", "e0a080", "f0908080"]), (8, false, ["f888808080", "fc8480808080"]),
        (9, true, ["7f", "dfbf", "efbfbf", "f48fbfbf"]), (10, false, ["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"]),
        (11, true, ["ed9fbf", "ee8080", "efbfbd", "f48fbfbf"]),
        (
            12, false,
            [
                "80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf",
                (0x80...0xBE).map { String($0, radix: 16) }.joined(),
            ]
        ),
        (
            13, false,
            [0xC0...0xDF, 0xE0...0xEF, 0xF0...0xF7, 0xF8...0xFB, 0xFC...0xFD].map { range in
                range.map { String($0, radix: 16) + "20" }.joined()
            }
        ),
        (
            14, false,
            [
                "c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf",
            ]
        ),
        (15, false, ["c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"]),
        (16, false, ["fe", "ff", "fefeffff"]),
        (17, false, ["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"]),
        (18, false, ["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"]),
        (19, false, ["c080", "e08080", "f0808080", "f880808080", "fc8080808080"]),
        (20, false, ["eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"]),
        (
            21, false,
            [
                "eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080", "edae80edbfbf",
                "edafbfedb080", "edafbfedbfbf",
            ]
        ),
        (22, true, ["efbfbe", "efbfbf"] + (1...16).flatMap { plane in noncharacters(plane) }),
        (23, true, ["efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"]),
    ]

    /// The last two code points of a plane, which stand for no character and may be sent all the same.
    private static func noncharacters(_ plane: UInt32) -> [String] {
        [0xFFFE, 0xFFFF].compactMap { Unicode.Scalar(plane << 16 | $0) }.map { scalar in
            String(Character(scalar)).utf8.map { String($0, radix: 16) }.joined()
        }
    }

    private static let sequences: [AutobahnCase] =
        groups.flatMap { number, isValid, texts in
            texts.enumerated().map { index, text in
                (isValid ? valid : invalid)("6.\(number).\(index + 1)", text, [bytes(text)])
            }
        }
        + [invalid("6.11.5", "f4908080", [bytes("f4908080")])]
        + (1...11).map { count in
            let prefix = Array(kosme[..<count])
            let isValid = String(validating: prefix, as: UTF8.self) != nil
            return (isValid ? valid : invalid)("6.6.\(count)", "the first \(count) bytes of a word", [prefix])
        }
}
