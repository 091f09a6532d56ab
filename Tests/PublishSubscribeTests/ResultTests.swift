import SwiftZMQ
import Testing
import TextFormats

@testable import PublishSubscribe

@Suite struct ResultTests {
    private func line(_ format: UpdateFormat, _ message: Message, _ wire: WireFormat = .singleFrame) -> String {
        var bytes: [UInt8] = []
        format.append(Update(message, format: wire), to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func object(_ message: Message, _ wire: WireFormat = .singleFrame) -> String {
        var bytes: [UInt8] = []
        UpdateFormat.json.appendObject(
            Update(message, format: wire), at: Timestamp(milliseconds: 1_700_000_000_123), to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `Text is the topic, a blank and the payload`() {
        #expect(line(.text, ["10001 42"]) == "10001 42\n")
        #expect(line(.text, ["10001", "42"], .multipart) == "10001 42\n")
        #expect(line(.text, ["word"]) == "word\n")
    }

    @Test func `The payload stands alone`() {
        #expect(line(.payload, ["10001 42"]) == "42\n")
        #expect(line(.payload, ["10001", "42"], .multipart) == "42\n")
        #expect(line(.payload, ["word"]) == "\n")
    }

    @Test func `JSON has topic, payload and time`() {
        #expect(object(["10001 42"]) == #"{"topic":"10001","payload":"42","time":"2023-11-14T22:13:20.123Z"}"#)
    }

    @Test func `JSON escapes what it must and keeps the rest`() {
        let text = object(["t", "a\"b\\c\n\r\t\u{1}\u{7F}é€😀/"], .multipart)
        #expect(text.contains(#""payload":"a\"b\\c\n\r\t\u0001\u007fé€😀/""#), "\(text)")
    }

    @Test func `What is not UTF-8 is base64`() {
        let text = object([Frame([0xFF]), Frame([0xFF, 0xFE, 0x00, 0x01])], .multipart)
        #expect(text.hasPrefix(#"{"topic_base64":"/w==","payload_base64":"//4AAQ==","#), "\(text)")
    }

    @Test(
        arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
    )
    func `Base64 is RFC 4648's`(text: String, expected: String) {
        var bytes: [UInt8] = []
        Array(text.utf8).withUnsafeBytes { Base64.append($0, to: &bytes) }
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ]
    )
    func `A time is ISO 8601 in UTC`(milliseconds: Int64, expected: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == expected)
    }

    private func average(_ payloads: [String]) -> Double? {
        var statistics = PayloadStatistics()
        for payload in payloads { Array(payload.utf8).withUnsafeBytes { statistics.record($0) } }
        return statistics.average
    }

    @Test func `The average is over numbers`() {
        #expect(average(["42", "-7", " 1.5\n"]) == 36.5 / 3)
        #expect(average(["1e3"]) == 1000)
        #expect(average([]) == nil)
    }

    @Test func `Of several numbers the first counts`() {
        #expect(average(["42 60", "44 10 3", "-2"]) == 28)
        #expect(average(["42\t60"]) == 42)
    }

    @Test(arguments: [
        "", "hot", "42 warm", "warm 42", "404 not found", "1 2 three", "nan", "inf", "0x10", "--1", "1e999",
    ])
    func `A payload that is no number leaves no average`(payload: String) {
        #expect(average(["42", payload, "42"]) == nil)
    }

    @Test(arguments: [(27.44, "27.4"), (-0.04, "0.0"), (-0.5, "-0.5"), (-79, "-79.0"), (0.96, "1.0"), (1e20, "1e+20")])
    func `An average has one digit after the point`(number: Double, text: String) {
        #expect(PayloadStatistics.oneDecimal(number) == text)
    }

    private func report(_ filters: [String], _ frames: [String]) -> FilterReport {
        var report = FilterReport(filters.map { TopicFilter(Frame($0)) })
        for frame in frames { report.record(Update([Frame(frame)], format: .singleFrame)) }
        return report
    }

    @Test func `Each filter has an average over what it matched`() {
        let report = report(["10001", "10002", "1", "10001"], ["10001 10", "10001 21", "10002 cold"])
        #expect(report.averages == ["Average value for topic '10001' was 15.5F"])
    }

    @Test func `A filter that matched other topics says so`() {
        let report = report(["1000", "1000 ", "word", ""], ["1000 1", "10001 2", "10002 3", "word 4"])
        #expect(
            report.surprises == [
                "topic '1000' is a prefix and also matched '10001', '10002'; --exact leaves them out"
            ])
    }

    @Test func `Of many other topics three are named`() {
        let report = report(["1"], (10...99).map { "1\($0) 0" })
        #expect(report.surprises.count == 1)
        #expect(report.surprises[0].contains(" and more; "))
    }
}
