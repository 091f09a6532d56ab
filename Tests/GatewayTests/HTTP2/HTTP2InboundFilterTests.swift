import NIOCore
import ProcessSupport
import Testing

@testable import Gateway

@Suite struct HTTP2InboundFilterTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let acknowledgement = frame(4, flags: 1)
    /// What is added to the first settings.
    private static let largeFrames: [UInt8] = [0, 5, 0, 0xFF, 0xFF, 0xFF]

    static func frame(_ kind: UInt8, flags: UInt8 = 0, stream: UInt8 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), kind, flags, 0, 0, 0, stream]
            + payload
    }

    /// What comes of bytes that come in pieces of a size.
    private func run(_ bytes: [UInt8], inPiecesOf size: Int) -> (
        frames: [UInt8], bytes: [UInt8], filter: HTTP2InboundFilter
    ) {
        var filter = HTTP2InboundFilter()
        var frames: [UInt8] = []
        var passed: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            filter.receive(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + size)]))
            while let piece = filter.nextPiece() {
                switch piece {
                case .frame(let head): frames.append(head.kind.number)
                case .bytes(let buffer): passed += buffer.readableBytesView
                }
            }
        }
        return (frames, passed, filter)
    }

    @Test(arguments: [1, 2, 3, 7, 9, 10, 26, 1000])
    func `Settings are taken as acknowledged at once, and once only`(size: Int) {
        let settings = Self.frame(4, [0, 3, 0, 0, 0, 9])
        let passed = Self.frame(4, [0, 3, 0, 0, 0, 9] + Self.largeFrames)
        let headers = Self.frame(1, flags: 4, stream: 1, Array(repeating: 7, count: 40))
        let ping = Self.frame(6, Array(repeating: 1, count: 8))
        let (frames, bytes, filter) = run(
            Self.preface + settings + headers + Self.acknowledgement + ping + Self.acknowledgement,
            inPiecesOf: size)
        #expect(frames == [4, 1, 4, 6, 4])
        #expect(
            bytes == Self.preface + passed + Self.acknowledgement + headers + ping + Self.acknowledgement)
        #expect(filter.unfinishedHead == nil)
    }

    @Test(arguments: [1, 5, 1000]) func `A table for compression is never larger than the usual one`(size: Int) {
        let large = Self.frame(4, [0, 4, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF])
        let usual = Self.frame(4, [0, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0x10, 0] + Self.largeFrames)
        let small = Self.frame(4, [0, 1, 0, 0, 0, 0])
        let (_, bytes, _) = run(Self.preface + large + small, inPiecesOf: size)
        #expect(bytes == Self.preface + usual + Self.acknowledgement + small)
    }

    @Test func `It tells whether a head has begun that has not ended`() {
        let settings = Self.frame(4)
        #expect(run([], inPiecesOf: 1).filter.unfinishedHead == nil)
        #expect(run(Array(Self.preface.prefix(1)), inPiecesOf: 1).filter.unfinishedHead == 0)
        #expect(run(Self.preface, inPiecesOf: 24).filter.unfinishedHead == 0)
        let started = Self.preface + settings
        #expect(run(started, inPiecesOf: 100).filter.unfinishedHead == nil)
        #expect(run(started + [0, 0], inPiecesOf: 100).filter.unfinishedHead == 0)
        let open = Self.frame(1, stream: 1, [1, 2])
        #expect(run(started + open.dropLast(), inPiecesOf: 100).filter.unfinishedHead == 1)
        #expect(run(started + open, inPiecesOf: 100).filter.unfinishedHead == 1)
        let more = Self.frame(9, stream: 1, [3])
        #expect(run(started + open + more, inPiecesOf: 100).filter.unfinishedHead == 1)
        let last = Self.frame(9, flags: 4, stream: 1, [4])
        #expect(run(started + open + more + last, inPiecesOf: 100).filter.unfinishedHead == nil)
        #expect(run(started + open + last + open, inPiecesOf: 100).filter.unfinishedHead == 2)
    }

    @Test func `A body that has not come whole is no head`() {
        let data = Self.frame(0, stream: 1, Array(repeating: 7, count: 100))
        let (frames, bytes, filter) = run(Self.preface + Self.frame(4) + data.dropLast(50), inPiecesOf: 1000)
        #expect(frames == [4, 0])
        #expect(bytes.count == 24 + 9 + 6 + 9 + 9 + 50)
        #expect(filter.unfinishedHead == nil)
    }

    @Test(arguments: [1, 4, 1000]) func `Frames of other RFCs are left out, but amid a head`(size: Int) {
        let start = Self.preface + Self.frame(4)
        let passed = Self.preface + Self.frame(4, Self.largeFrames) + Self.acknowledgement
        let ping = Self.frame(6, Array(repeating: 1, count: 8))
        let origin = Self.frame(12, [1, 2, 3])
        let (frames, bytes, _) = run(start + origin + ping + origin + Self.frame(99) + ping, inPiecesOf: size)
        #expect(frames == [4, 12, 6, 12, 99, 6])
        #expect(bytes == passed + ping + ping)
        let head = Self.frame(1, stream: 1, [1]) + origin
        #expect(run(start + head, inPiecesOf: size).bytes == passed + head)
    }

    @Test func `A client that takes larger frames is no other, and one that says something wrong is left to NIOHTTP2`()
    {
        let start = Self.preface + Self.frame(4)
        let passed = Self.preface + Self.frame(4, Self.largeFrames) + Self.acknowledgement
        #expect(
            run(start + Self.frame(4, [0, 5, 0, 0, 0x40, 0]), inPiecesOf: 9).bytes == passed
                + Self.frame(4, Self.largeFrames))
        let wrong = Self.frame(4, [0, 5, 0, 0, 0x3F, 0xFF])
        #expect(run(start + wrong, inPiecesOf: 9).bytes == passed + wrong)
        let half = Self.frame(4, [0, 5, 0, 0, 0x40])
        #expect(run(Self.preface + half, inPiecesOf: 9).bytes == Self.preface + half + Self.acknowledgement)
    }

    @Test func `Whatever comes, everything else goes on as it is`() {
        var random = SplitMix(seed: 42)
        for _ in 0..<300 {
            var bytes = Self.preface
            for _ in 0..<10 {
                let kind = UInt8(random.next() % 10)
                let length = Int(random.next() % 30)
                guard kind != 4 else { continue }
                bytes += Self.frame(kind, flags: UInt8(random.next() % 256), Array(repeating: 9, count: length))
            }
            let size = Int(random.next() % 40) + 1
            #expect(run(bytes, inPiecesOf: size).bytes == bytes)
        }
    }
}
