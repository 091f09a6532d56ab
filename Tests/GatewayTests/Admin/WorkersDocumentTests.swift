import Foundation
import SwiftZMQ
import Testing
import TextFormats
import WorkerProtocol

@testable import Gateway

@Suite struct WorkersDocumentTests {
    @Test func `Workers are listed by service and id, with everything about them`() throws {
        var script = BrokerScript()
        script.ready("b", "s", "concurrency=3\ndrain=1")
        script.ready("a", "s", dialect: .request)
        script.ready("c", "\"\\é\"")
        script.broker.setAddress("10.0.0.1", of: "b")
        script.submit(1)
        _ = script.log()
        try script.say("b", .drain)
        let text = WorkersDocument(script.broker.snapshot(), at: script.now + .seconds(2)).text
        let workers = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(workers.map { $0["id"] as? String } == ["c", "a", "b"])
        #expect(workers[0]["service"] as? String == "\"\\é\"")
        #expect(workers[0]["address"] is NSNull)
        #expect(workers[1]["dialect"] as? String == "REQ")
        let b = workers[2]
        #expect(b["dialect"] as? String == "MDP/0.2")
        #expect(b["address"] as? String == "10.0.0.1")
        #expect(b["concurrency"] as? Int == 3)
        #expect(b["in_flight"] as? Int == 1)
        #expect(b["served"] as? Int == 0)
        #expect(b["draining"] as? Bool == true)
        let heard = try Date((b["last_heard"] as? String) ?? "", strategy: .iso8601WithFractions)
        #expect(abs(heard.timeIntervalSinceNow + 2) < 30)
    }

    @Test func `Nobody is an empty array`() {
        #expect(WorkersDocument(BrokerScript().broker.snapshot(), at: .now).text == "[]\n")
    }

    @Test func `A time is written to the millisecond`() {
        #expect(WorkersDocument.time(1_769_850_307.25) == "2026-01-31T09:05:07.250Z")
        #expect(WorkersDocument.time(1_769_850_307.9999) == "2026-01-31T09:05:08.000Z")
    }

    @Test(arguments: ["a\nb", "\u{0}\u{1F}\u{7F}", "\"\\/", "é🙂\u{2028}"])
    func `Any text is a JSON string`(text: String) throws {
        let parsed = try JSONSerialization.jsonObject(
            with: Data(JSONText.quote(text).utf8), options: .fragmentsAllowed)
        #expect(parsed as? String == text)
    }
}

extension ParseStrategy where Self == Date.ISO8601FormatStyle {
    fileprivate static var iso8601WithFractions: Self { Self(includingFractionalSeconds: true) }
}
