import PublishSubscribe
import SwiftZMQ
import Testing

@Suite("A topic filter")
struct TopicFilterTests {
    @Test(
        "matches what begins with it, and so more than the topic that it names",
        arguments: [
            ("10001", "10001 42", true), ("1000", "10001 42", true), ("", "anything", true), ("10001", "1000", false),
        ]
    )
    func prefix(filter: String, frame: String, expected: Bool) {
        #expect(TopicFilter(.init(filter)).matches(.init(frame)) == expected)
    }
}
