import PublishSubscribe
import SwiftZMQ
import Testing

@Suite struct TemplateTests {
    private func line(_ template: String, _ message: Message = ["10001 42"]) throws -> String {
        var bytes: [UInt8] = []
        let time = Timestamp(milliseconds: 1_700_000_000_123)
        try UpdateTemplate(Array(template.utf8))
            .append(Update(message, format: .singleFrame), number: 7, at: time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `Each placeholder has its value`() throws {
        #expect(try line("{time} {topic} {payload}") == "2023-11-14T22:13:20.123Z 10001 42\n")
        #expect(try line("{number}/{size}/{frames}", ["a", "bcd"]) == "7/3/2\n")
        #expect(try line("{topic}{topic}") == "1000110001\n")
    }

    @Test func `Braces around anything else are what they are`() throws {
        #expect(try line(#"{"v":"{payload}",{}} {Topic} {topic"#) == #"{"v":"42",{}} {Topic} {topic"# + "\n")
    }

    @Test func `A tab, a newline and a backslash can be written`() throws {
        #expect(try line(#"a\tb\nc\\t\x"#) == "a\tb\nc\\t\\x\n")
    }

    @Test func `What an update holds is not read as a template`() throws {
        #expect(try line("{payload}", [#"t {topic}\n"#]) == #"{topic}\n"# + "\n")
    }

    @Test func `A name that is none is refused with those there are`() throws {
        let error = #expect(throws: UpdateTemplate.Refusal.self) { try line("{topics}") }
        #expect(
            error?.description == "there is no {topics}; there are {time} {topic} {payload} {size} {number} {frames}")
    }
}
