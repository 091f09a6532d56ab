import NIOCore
import ProcessSupport
import Testing
import WorkerProtocol

@testable import Gateway

/// What a client sends on a WebSocket, read frame by frame.
@Suite struct WebSocketReaderTests {
    typealias Frames = WebSocketFrames

    @Test func `A message in parts with a ping between them is whole, and the ping comes first`() {
        let bytes =
            Frames.frame(0x01, Array("Hel".utf8)) + Frames.frame(0x89, Array("?".utf8))
            + Frames.frame(0x00, Array("lö".utf8)) + Frames.frame(0x80, []) + Frames.frame(0x82, [0, 255])
        for pieces in [[bytes], bytes.map { [$0] }] {
            let (events, failure) = Frames.read(pieces)
            #expect(failure == nil)
            #expect(
                events == [
                    .ping(ByteBuffer(string: "?")), .message(.text, ByteBuffer(string: "Hellö")),
                    .message(.binary, ByteBuffer(bytes: [0, 255])),
                ])
        }
    }

    @Test(arguments: [0, 1, 125, 126, 127, 65535, 65536, 100_000])
    func `A message of any length is what was sent`(length: Int) {
        let contents = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let (events, failure) = Frames.read([Frames.frame(0x82, contents)])
        #expect(failure == nil)
        #expect(events == [.message(.binary, ByteBuffer(bytes: contents))])
    }

    @Test(arguments: [
        ("a reserved bit", WebSocketFrames.frame(0xC1, [])), ("opcode 3", WebSocketFrames.frame(0x83, [])),
        ("opcode 11", WebSocketFrames.frame(0x8B, [])), ("no mask", WebSocketFrames.frame(0x81, [], mask: nil)),
        ("a ping in parts", WebSocketFrames.frame(0x09, [])),
        ("a ping of 126 bytes", WebSocketFrames.frame(0x89, [UInt8](repeating: 0, count: 126))),
        ("a length in two bytes that fits into one", WebSocketFrames.frame(0x81, [1], lengthBytes: 2)),
        ("a length in eight bytes that fits into two", WebSocketFrames.frame(0x81, [1], lengthBytes: 8)),
        ("a length with its highest bit", [0x82, 0xFF] + [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("a part of nothing", WebSocketFrames.frame(0x80, [1])),
        ("a message within another", WebSocketFrames.frame(0x01, [65]) + WebSocketFrames.frame(0x81, [65])),
        ("a close of one byte", WebSocketFrames.frame(0x88, [3])),
    ])
    func `What breaks a rule ends with 1002`(what: String, bytes: [UInt8]) {
        #expect(Frames.read([bytes]) == ([], .protocolError), "\(what)")
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
    func `A close code that no frame carries ends with 1002`(code: UInt16) {
        #expect(Frames.read([Frames.close(code)]) == ([], .protocolError))
    }

    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 3000, 3999, 4000, 4999])
    func `A close is read with its code and reason, and nothing after it`(code: UInt16) {
        let bytes = Frames.close(code, "é") + Frames.text("more")
        let expected = ByteBuffer(bytes: [UInt8(code >> 8), UInt8(code & 0xFF)] + Array("é".utf8))
        #expect(Frames.read([bytes]) == ([.close(expected)], nil))
    }

    @Test func `A close without a code is one, and a reason that is no text ends with 1007`() {
        #expect(Frames.read([Frames.frame(0x88, [])]) == ([.close(ByteBuffer())], nil))
        #expect(Frames.read([Frames.frame(0x88, [0x03, 0xE8, 0xFF])]) == ([], .invalidData))
    }

    @Test func `A text that is no UTF-8 ends with 1007 before its message is whole`() {
        // An overlong slash, a surrogate, beyond U+10FFFF, a lonely continuation, a lead without one.
        for bytes: [UInt8] in [[0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90], [0x80], [0xC3, 0x28], [0xF5]] {
            #expect(Frames.read([Frames.frame(0x01, [65] + bytes)]) == ([], .invalidData), "\(bytes)")
        }
        // What is cut is told at the end.
        let cut = Frames.frame(0x01, [0xE2, 0x82])
        #expect(Frames.read([cut]) == ([], nil))
        #expect(Frames.read([cut + Frames.frame(0x80, [])]) == ([], .invalidData))
        #expect(Frames.read([cut + Frames.frame(0x80, [0xAC])]) == ([.message(.text, ByteBuffer(string: "€"))], nil))
    }

    @Test func `A message that is too large ends with 1009 before it has come, in parts, too`() {
        #expect(Frames.read([[0x82, 0xFE, 0x00, 0xFE]], maximumMessageSize: 100) == ([], nil))
        let head: [UInt8] = [0x82, 0xFE, 0x00, 0xFE, 0, 0, 0, 0]
        #expect(Frames.read([head], maximumMessageSize: 100) == ([], .messageTooBig))
        let parts =
            Frames.frame(0x02, [UInt8](repeating: 1, count: 60)) + Frames.frame(0x80, [UInt8](repeating: 1, count: 41))
        #expect(Frames.read([parts], maximumMessageSize: 100) == ([], .messageTooBig))
        #expect(Frames.read([parts], maximumMessageSize: 101).0.count == 1)
    }

    @Test func `Valid messages are read the same however their frames and bytes are split`() {
        var random = SplitMix.forWebSockets()
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            var expected: [WebSocketReader.Event] = []
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let isText = Bool.random(using: &random)
                let length = [0, 1, 7, 8, 9, 125, 126, 300].randomElement(using: &random) ?? 0
                let contents =
                    isText
                    ? Array(String((0..<length).map { _ in "aé€😀".randomElement(using: &random) ?? "a" }).utf8)
                    : (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                var rest = contents[...]
                var opcode: UInt8 = isText ? 1 : 2
                while true {
                    let part = Array(rest.prefix(Int.random(in: 0...200, using: &random)))
                    rest = rest.dropFirst(part.count)
                    let mask = (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
                    bytes += Frames.frame((rest.isEmpty ? 0x80 : 0) | opcode, part, mask: mask)
                    guard !rest.isEmpty else { break }
                    opcode = 0
                    if Int.random(in: 0..<4, using: &random) == 0 {
                        bytes += Frames.frame(0x8A, Array(part.prefix(125)))
                        expected.append(.pong(ByteBuffer(bytes: part.prefix(125))))
                    }
                }
                expected.append(.message(isText ? .text : .binary, ByteBuffer(bytes: contents)))
            }
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...60, using: &random)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(Frames.read(pieces) == (expected, nil))
        }
    }

    @Test func `Any bytes are read the same however they are split`() {
        var random = SplitMix.forWebSockets()
        for _ in 0..<2000 {
            var bytes =
                Frames.text("text") + Frames.frame(0x02, [1, 2, 3]) + Frames.frame(0x80, [4]) + Frames.close(1000)
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            let whole = Frames.read([bytes], maximumMessageSize: 1000)
            let split = Frames.read(bytes.map { [$0] }, maximumMessageSize: 1000)
            #expect(whole == split, "\(bytes)")
        }
    }
}
