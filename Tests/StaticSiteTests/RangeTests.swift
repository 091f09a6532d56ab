import Foundation
import HTTPTypes
import ProcessSupport
import Testing

@testable import StaticSite

/// RFC 9110, section 14, case by case.
@Suite struct RangeTests {
    /// Of the ten bytes `0123456789`.
    struct Case: Sendable, CustomTestStringConvertible {
        let range: String
        /// The parts that come back; nil for the whole, none for 416.
        let parts: [String]?

        init(_ range: String, _ parts: [String]?) {
            self.range = range
            self.parts = parts
        }

        var testDescription: String { "\(range) → \(parts ?? ["whole"])" }
    }

    static let cases: [Case] = [
        Case("bytes=0-0", ["0"]), Case("bytes=0-4", ["01234"]), Case("bytes=5-", ["56789"]), Case("bytes=-3", ["789"]),
        Case("bytes=9-9", ["9"]), Case("bytes=0-", ["0123456789"]), Case("bytes=0-9", ["0123456789"]),
        Case("bytes=0-99", ["0123456789"]), Case("bytes=9-99", ["9"]), Case("bytes=-10", ["0123456789"]),
        Case("bytes=-99", ["0123456789"]), Case("BYTES=0-1", ["01"]), Case("bytes= 0-1", ["01"]),
        Case("bytes=0-1 ", ["01"]), Case("bytes=,0-1,,", ["01"]), Case("bytes=00-001", ["01"]),
        Case("bytes=5-99999999999999999999", ["56789"]), Case("bytes=-99999999999999999999", ["0123456789"]),
        // Nothing of it is there.
        Case("bytes=10-", []), Case("bytes=10-20", []), Case("bytes=-0", []), Case("bytes=99999999999999999999-", []),
        Case("bytes=10-, 20-30, -0", []),
        // What is not there is left out of several.
        Case("bytes=0-1, 20-", ["01"]), Case("bytes=-0,0-1", ["01"]),
        // Those that overlap or all but touch are one.
        Case("bytes=0-4,3-6", ["0123456"]), Case("bytes=0-1,2-3", ["0123"]), Case("bytes=8-9,0-1", ["0123456789"]),
        Case("bytes=0-,0-,0-", ["0123456789"]),
        // Not heeded.
        Case("bytes=", nil), Case("bytes=,", nil), Case("bytes", nil), Case("bytes=a-b", nil), Case("bytes=1", nil),
        Case("bytes=4-2", nil), Case("bytes=-", nil), Case("bytes=--1", nil), Case("bytes=+1-2", nil),
        Case("bytes=0-1,x", nil), Case("bytes=0-1;2-3", nil), Case("bytes=0 - 1", nil), Case("items=0-1", nil),
        Case("bytes 0-1", nil), Case("", nil), Case("bytes=0x0-1", nil), Case("bytes=1-2-3", nil),
        Case("bytes=-1-2", nil),
    ]

    @Test(arguments: cases)
    func `A range gets what it names`(one: Case) throws {
        let answer = try SiteFixture().ask("/digits.txt", .get, [.range: one.range])
        switch one.parts {
        case nil:
            #expect(answer.status == .ok)
            #expect(try answer.text == "0123456789")
            #expect(answer.fields[.contentRange] == nil)
            #expect(answer.fields[.acceptRanges] == "bytes")
        case []?:
            #expect(answer.status == .rangeNotSatisfiable)
            #expect(answer.fields[.contentRange] == "bytes */10")
        case let parts?:
            #expect(answer.status == .partialContent)
            #expect(try answer.text == parts[0])
            #expect(answer.body.count == parts[0].utf8.count)
            let start = try #require("0123456789".firstRange(of: parts[0])).lowerBound.utf16Offset(in: "0123456789")
            #expect(answer.fields[.contentRange] == "bytes \(start)-\(start + parts[0].utf8.count - 1)/10")
            #expect(answer.fields[.contentType] == "text/plain; charset=utf-8")
            #expect(answer.fields[.eTag] != nil)
        }
    }

    @Test func `Ranges far from each other are parts in the order of the request`() throws {
        let fixture = try SiteFixture()
        try fixture.write((0..<1000).map { String($0 % 10) }.joined(), to: "long.txt")
        let answer = try fixture.ask("/long.txt", .get, [.range: "bytes=-2, 0-1, 500-502"])
        #expect(answer.status == .partialContent)
        let type = try #require(answer.fields[.contentType])
        #expect(type.hasPrefix("multipart/byteranges; boundary="))
        let boundary = type.dropFirst("multipart/byteranges; boundary=".count)
        #expect(answer.fields[.contentRange] == nil)
        let parts = [("998-999", "89"), ("0-1", "01"), ("500-502", "012")].map { range, bytes in
            "--\(boundary)\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-range: bytes \(range)/1000\r\n\r\n\(bytes)\r\n"
        }
        #expect(try answer.text == parts.joined() + "--\(boundary)--\r\n")
        #expect(try answer.bytes.count == answer.body.count)
    }

    @Test func `Another request has another boundary`() throws {
        #expect(Set((0..<100).map { _ in MultipartRanges.randomBoundary() }).count == 100)
    }

    @Test(arguments: [
        (0..<1000).map { "\($0 * 7)-\($0 * 7)" }, (0..<65).map { "\($0 * 1000)-\($0 * 1000)" },
        [String](repeating: "0-", count: 100_000),
    ])
    func `A flood of ranges is answered with the whole once`(ranges: [String]) throws {
        #expect(RangeRequest("bytes=" + ranges.joined(separator: ",")) == nil)
    }

    @Test func `No ranges get more than the whole and the heads of the parts`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let length = Int.random(in: 1...5000, using: &generator)
            let parts = (0..<Int.random(in: 1...64, using: &generator)).map { _ in
                let start = Int.random(in: 0...length, using: &generator)
                return "\(start)-\(Int.random(in: start...length + 10, using: &generator))"
            }
            let request = try #require(RangeRequest("bytes=" + parts.joined(separator: ",")))
            guard case .ranges(let ranges) = request.select(of: length) else { continue }
            #expect(ranges.reduce(0) { $0 + $1.count } <= length)
            #expect(ranges.allSatisfy { !$0.isEmpty && $0.upperBound <= length })
        }
    }

    @Test func `A file of more than four gibibytes is served to its end`() throws {
        let fixture = try SiteFixture()
        let start = 5 << 30
        try fixture.write("", to: "large.bin")
        // It takes no room: what lies before its end has never been written.
        try FolderMaker.truncate("\(fixture.folder.path)/site/large.bin", to: UInt64(start))
        let file = try FileHandle(forWritingTo: URL(filePath: "\(fixture.folder.path)/site/large.bin"))
        try file.seekToEnd()
        try file.write(contentsOf: Data("end".utf8))
        try file.close()
        #expect(try fixture.ask("/large.bin").body.count == start + 3)
        for range in ["bytes=\(start)-", "bytes=-3", "bytes=\(start)-99999999999999"] {
            let answer = try fixture.ask("/large.bin", .get, [.range: range])
            #expect(answer.fields[.contentRange] == "bytes \(start)-\(start + 2)/\(start + 3)")
            #expect(try answer.text == "end")
        }
        #expect(
            try fixture.ask("/large.bin", .get, [.range: "bytes=4294967295-4294967296"]).bytes == [0, 0])
        #expect(try fixture.ask("/large.bin", .get, [.range: "bytes=\(start + 3)-"]).status == .rangeNotSatisfiable)
    }

    @Test func `Of an empty file there is no range, and its end is all of it`() throws {
        let fixture = try SiteFixture()
        try fixture.write("", to: "empty.txt")
        #expect(try fixture.ask("/empty.txt", .get, [.range: "bytes=0-"]).status == .rangeNotSatisfiable)
        #expect(try fixture.ask("/empty.txt", .get, [.range: "bytes=-5"]).status == .ok)
        #expect(try fixture.ask("/empty.txt", .get, [.range: "bytes=-0"]).status == .rangeNotSatisfiable)
        #expect(try fixture.ask("/empty.txt").status == .ok)
    }
}
