import Glibc
import HTTPTypes
import ProcessSupport
import Testing
import TextFormats

@testable import StaticSite

/// RFC 9110, section 13, case by case.
@Suite struct PreconditionTests {
    /// A request's conditions, `TAG` standing for the file's tag, and the status of the answer.
    struct Case: Sendable, CustomTestStringConvertible {
        let fields: [String: String]
        let status: Int

        init(_ status: Int, _ fields: [String: String]) {
            self.fields = fields
            self.status = status
        }

        var testDescription: String { "\(fields) → \(status)" }
    }

    private static let changed = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let after = "Sun, 06 Nov 1994 08:49:38 GMT"

    static let cases: [Case] = [
        // If-Match: by the strong comparison.
        Case(200, ["If-Match": "TAG"]), Case(200, ["If-Match": "*"]), Case(200, ["If-Match": "\"x\", TAG"]),
        Case(200, ["If-Match": " , TAG ,"]), Case(412, ["If-Match": "\"x\""]), Case(412, ["If-Match": "W/TAG"]),
        Case(412, ["If-Match": "\"x\", \"y\""]), Case(412, ["If-Match": "no tag"]), Case(412, ["If-Match": ""]),
        Case(412, ["If-Match": "*, TAG"]),
        // If-Unmodified-Since, where there is no If-Match.
        Case(200, ["If-Unmodified-Since": changed]), Case(200, ["If-Unmodified-Since": after]),
        Case(412, ["If-Unmodified-Since": before]), Case(200, ["If-Unmodified-Since": "no date"]),
        Case(200, ["If-Match": "TAG", "If-Unmodified-Since": before]),
        Case(412, ["If-Match": "\"x\"", "If-Unmodified-Since": after]),
        // If-None-Match: by the weak comparison.
        Case(304, ["If-None-Match": "TAG"]), Case(304, ["If-None-Match": "W/TAG"]), Case(304, ["If-None-Match": "*"]),
        Case(304, ["If-None-Match": "\"x\" , W/TAG"]), Case(200, ["If-None-Match": "\"x\""]),
        Case(200, ["If-None-Match": "no tag"]), Case(200, ["If-None-Match": "\"a\" \"b\""]),
        Case(200, ["If-None-Match": ""]), Case(304, ["If-None-Match": "\"comma,inside\", TAG"]),
        // If-Modified-Since, where there is no If-None-Match.
        Case(304, ["If-Modified-Since": changed]), Case(304, ["If-Modified-Since": after]),
        Case(200, ["If-Modified-Since": before]), Case(200, ["If-Modified-Since": "no date"]),
        Case(304, ["If-Modified-Since": "Sunday, 06-Nov-94 08:49:37 GMT"]),
        Case(304, ["If-Modified-Since": "Sun Nov  6 08:49:37 1994"]),
        Case(200, ["If-Modified-Since": "\(changed), \(changed)"]),
        Case(200, ["If-None-Match": "\"x\"", "If-Modified-Since": changed]),
        Case(304, ["If-None-Match": "TAG", "If-Modified-Since": before]),
        // The first two before the second two.
        Case(304, ["If-Match": "TAG", "If-None-Match": "TAG"]),
        Case(412, ["If-Match": "\"x\"", "If-None-Match": "TAG"]),
        Case(412, ["If-Unmodified-Since": before, "If-Modified-Since": after]),
        Case(304, ["If-Unmodified-Since": after, "If-Modified-Since": after]),
        Case(304, ["If-Unmodified-Since": after, "If-None-Match": "TAG"]),
        Case(200, ["If-Match": "*", "If-Modified-Since": before]),
        // And all of them before Range.
        Case(206, ["Range": "bytes=0-1"]), Case(304, ["If-None-Match": "TAG", "Range": "bytes=0-1"]),
        Case(412, ["If-Match": "\"x\"", "Range": "bytes=0-1"]), Case(206, ["If-Match": "TAG", "Range": "bytes=0-1"]),
        Case(206, ["If-None-Match": "\"x\"", "Range": "bytes=0-1"]),
        Case(304, ["If-None-Match": "TAG", "Range": "bytes=99-"]),
        Case(412, ["If-Match": "\"x\"", "Range": "bytes=99-"]),
        // If-Range: by the strong comparison, and by the very time.
        Case(206, ["If-Range": "TAG", "Range": "bytes=0-1"]), Case(200, ["If-Range": "W/TAG", "Range": "bytes=0-1"]),
        Case(200, ["If-Range": "\"x\"", "Range": "bytes=0-1"]), Case(206, ["If-Range": changed, "Range": "bytes=0-1"]),
        Case(200, ["If-Range": before, "Range": "bytes=0-1"]), Case(200, ["If-Range": after, "Range": "bytes=0-1"]),
        Case(200, ["If-Range": "TAG, TAG", "Range": "bytes=0-1"]), Case(200, ["If-Range": "*", "Range": "bytes=0-1"]),
        Case(200, ["If-Range": "no date", "Range": "bytes=0-1"]),
        Case(200, ["If-Range": "\"x\"", "Range": "bytes=99-"]),
        Case(416, ["If-Range": "TAG", "Range": "bytes=99-"]), Case(200, ["If-Range": "TAG"]),
    ]

    @Test(arguments: cases)
    func `Conditions are looked at in their order`(one: Case) throws {
        let fixture = try SiteFixture()
        let tag = try fixture.tag(of: "/digits.txt")
        var fields = HTTPFields()
        for (name, value) in one.fields {
            fields[try #require(HTTPField.Name(name))] = value.replacing("TAG", with: tag)
        }
        let answer = try fixture.ask("/digits.txt", .get, fields)
        #expect(answer.status.code == one.status)
        switch one.status {
        case 304:
            #expect(answer.body.count == 0)
            #expect(answer.fields[.eTag] == tag)
            #expect(answer.fields[.lastModified] == Self.changed)
            #expect(answer.fields[.cacheControl] == "no-cache")
            #expect(answer.fields[.contentType] == nil)
        case 412: #expect(answer.problem?.code == "precondition-failed")
        case 206: #expect(try answer.text == "01")
        case 200: #expect(try answer.text == "0123456789")
        default: break
        }
        // For HEAD there are no ranges, and all else is the same.
        let head = try fixture.ask("/digits.txt", .head, fields)
        #expect(head.status.code == ([206, 416].contains(one.status) ? 200 : one.status))
    }

    @Test func `Conditions on several lines are one list`() throws {
        let fixture = try SiteFixture()
        var fields = HTTPFields()
        fields.append(HTTPField(name: .ifNoneMatch, value: "\"x\""))
        fields.append(HTTPField(name: .ifNoneMatch, value: try fixture.tag(of: "/digits.txt")))
        #expect(try fixture.ask("/digits.txt", .get, fields).status == .notModified)
    }

    @Test func `Conditions on what is not there change nothing`() throws {
        let fixture = try SiteFixture()
        #expect(try fixture.ask("/nothing", .get, [.ifMatch: "*"]).status == .notFound)
        #expect(try fixture.ask("/nothing", .get, [.ifNoneMatch: "*"]).status == .notFound)
        #expect(try fixture.ask("/docs", .get, [.ifNoneMatch: "*"]).status == .movedPermanently)
        #expect(try fixture.ask("/digits.txt", .put, [.ifNoneMatch: "*"]).status == .methodNotAllowed)
    }

    @Test func `Another time or length is another tag`() throws {
        let fixture = try SiteFixture()
        let first = try fixture.tag(of: "/digits.txt")
        #expect(try fixture.tag(of: "/digits.txt") == first)
        try fixture.setTime(of: "digits.txt", to: SiteFixture.changed + 1)
        let second = try fixture.tag(of: "/digits.txt")
        try fixture.write("01234567890", to: "digits.txt")
        let third = try fixture.tag(of: "/digits.txt")
        #expect(Set([first, second, third]).count == 3)
        #expect(first.hasPrefix("\""))
    }

    @Test func `Other bytes of the same length and with the time set back are another tag`() throws {
        let fixture = try SiteFixture()
        try fixture.write("AAAA", to: "same.txt")
        let first = try fixture.tag(of: "/same.txt")
        // The system counts time in steps of some milliseconds, within which one change looks like the other.
        let deadline = ContinuousClock.now + .seconds(1)
        while try fixture.tag(of: "/same.txt") == first, ContinuousClock.now < deadline {
            try fixture.write("BBBB", to: "same.txt")
        }
        #expect(try fixture.tag(of: "/same.txt") != first)
        #expect(try fixture.ask("/same.txt", .get, [.ifNoneMatch: first]).status == .ok)
        #expect(try fixture.ask("/same.txt", .get, [.ifRange: first, .range: "bytes=0-1"]).status == .ok)
    }

    @Test(arguments: [(0, true), (1, true), (2, false)])
    func `The tag of a file that was put there just now with an old time is weak`(seconds: Int, isWeak: Bool) throws {
        let fixture = try SiteFixture()
        var status = stat()
        try #require(stat("\(fixture.folder.path)/site/digits.txt", &status) == 0)
        let head = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/digits.txt")
        // In the same second as the file was put there, and up to a nanosecond before a second later.
        let now = (Int(status.st_ctim.tv_sec) + seconds) * 1_000_000_000 + Int(status.st_ctim.tv_nsec)
        let tag = try fixture.site.answer(head, now: now - min(seconds, 1)).fields[.eTag]
        #expect(tag?.hasPrefix("W/") == isWeak)
    }

    @Test func `The tag of a file that was changed just now is weak, and names no ranges`() throws {
        let fixture = try SiteFixture()
        try fixture.setTime(of: "digits.txt", to: SiteFixture.now)
        let tag = try fixture.tag(of: "/digits.txt")
        #expect(tag.hasPrefix("W/\""))
        #expect(try fixture.ask("/digits.txt", .get, [.ifNoneMatch: tag]).status == .notModified)
        #expect(try fixture.ask("/digits.txt", .get, [.ifRange: tag, .range: "bytes=0-1"]).status == .ok)
        let time = HTTPDate.text(SiteFixture.now)
        #expect(try fixture.ask("/digits.txt", .get, [.ifRange: time, .range: "bytes=0-1"]).status == .ok)
    }

    @Test func `A file from the future was last changed now`() throws {
        let fixture = try SiteFixture()
        try fixture.setTime(of: "digits.txt", to: SiteFixture.now + 1000)
        let fields = try fixture.ask("/digits.txt").fields
        #expect(fields[.lastModified] == HTTPDate.text(SiteFixture.now))
        // It was put there long ago, and is to be had in parts like any other.
        let tag = try #require(fields[.eTag])
        #expect(tag.hasPrefix("\""))
        #expect(try fixture.ask("/digits.txt", .get, [.ifRange: tag, .range: "bytes=0-1"]).status == .partialContent)
    }

    /// The years 1, 1600, 1969, 1970, 2300, 2446 (the last of ext4) and 30000; file systems that have less take the nearest.
    @Test(arguments: [
        -62_135_596_800, -11_676_096_000, -1, 0, 10_413_792_000, 15_032_385_535, 884_541_340_800,
    ])
    func `A file of any time is served`(seconds: Int) throws {
        let fixture = try SiteFixture()
        try fixture.setTime(of: "digits.txt", to: seconds)
        try fixture.write("compressed", to: "digits.txt.gz", changed: seconds)
        for fields: HTTPFields in [[:], [.acceptEncoding: "gzip"]] {
            let answer = try fixture.ask("/digits.txt", .get, fields)
            #expect(answer.status == .ok)
            let modified = try #require(answer.fields[.lastModified])
            #expect(HTTPDate.seconds(of: modified, now: SiteFixture.now).map { $0 <= SiteFixture.now } == true)
            var again = fields
            again[.ifNoneMatch] = answer.fields[.eTag]
            #expect(try fixture.ask("/digits.txt", .get, again).status == .notModified)
        }
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_799), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed Nov 16 08:49:37 1994", 784_975_777),
    ])
    func `Times are read in three forms`(text: String, seconds: Int) {
        #expect(HTTPDate.seconds(of: text, now: SiteFixture.now) == seconds)
    }

    @Test(arguments: [
        "", "now", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994  08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT", "784111777", "1994-11-06T08:49:37Z",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
    ])
    func `What is no time is none`(text: String) {
        #expect(HTTPDate.seconds(of: text, now: SiteFixture.now) == nil)
    }

    @Test func `Times are written as they are read`() {
        for seconds in stride(from: 0, to: 4_000_000_000, by: 12_345_678) {
            #expect(HTTPDate.seconds(of: HTTPDate.text(seconds), now: seconds) == seconds)
        }
    }
}
