import PublishSubscribe
import SwiftZMQ
import Testing

@Suite struct WireTests {
    private func parts(_ message: Message, _ format: WireFormat) -> [String] {
        let update = Update(message, format: format)
        return [String(update.topic), String(update.payload)]
    }

    @Test func `A single frame is topic, blank and payload`() {
        let message = WireFormat.singleFrame.message(topic: "10001", payload: "42")
        #expect(message == ["10001 42"])
        #expect(parts(message, .singleFrame) == ["10001", "42"])
    }

    @Test func `A multipart keeps blanks in its topic`() {
        let message = WireFormat.multipart.message(topic: "New York", payload: "42")
        #expect(message == ["New York", "42"])
        #expect(parts(message, .multipart) == ["New York", "42"])
    }

    @Test(
        arguments: [
            ("10001 42", "10001", "42"), ("word", "word", ""), ("word ", "word", ""), ("a  b c ", "a", " b c "),
            ("a\tb", "a", "b"),
        ]
    )
    func `A line is split at its first blank, in both formats`(line: String, topic: String, payload: String) throws {
        for format in [WireFormat.singleFrame, .multipart] {
            let message = try #require(format.message(line: Array(line.utf8)[...]))
            #expect(parts(message, format) == [topic, payload])
        }
    }

    @Test(arguments: ["", " ", " 10001 42", "\t10001"])
    func `A line without a topic is no message`(line: String) {
        #expect(WireFormat.singleFrame.message(line: Array(line.utf8)[...]) == nil)
        #expect(WireFormat.multipart.message(line: Array(line.utf8)[...]) == nil)
    }

    @Test func `What the other kind of publisher sends is read as well as it can be`() {
        #expect(parts(["10001", "42"], .singleFrame) == ["10001", "42"])
        #expect(parts(["New York 42"], .multipart) == ["New York 42", ""])
        #expect(parts(["a", "b", "c"], .multipart) == ["a", "b c"])
    }

    @Test func `An audience counts equal subscriptions`() {
        var audience = Audience()
        for notice in [[1, 49], [1, 49], [0, 49], [7]] as [[UInt8]] { audience.record([Frame(notice)]) }
        #expect(audience.arrived == 2)
        #expect(audience.present == 1)
    }
}
