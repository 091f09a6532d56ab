import ProcessSupport
import SwiftZMQ
import Testing

@testable import Gateway

struct EventStreamTextTests {
    private static func read(_ texts: Frame...) -> [EventStreamReader.Event] {
        var reader = EventStreamReader()
        for text in texts { reader.receive(text) }
        return reader.events
    }

    @Test func `A message is an event with its topic, its payload line by line, and its number`() {
        let text = EventStreamText.event(id: 7, topic: "10001", payload: "42 31\nsunny\r\nwarm")
        #expect(String(text) == "id: 7\nevent: 10001\ndata: 42 31\ndata: sunny\ndata: warm\n\n")
    }

    @Test(arguments: [
        ("a\nb", "a\nb"), ("a\rb", "a\nb"), ("a\r\nb", "a\nb"), ("a\r\n\r\nb", "a\n\nb"), ("a\r\r\nb", "a\n\nb"),
        ("\n", "\n"), ("", ""), ("\r\n", "\n"), ("a\n\rb", "a\n\nb"), ("trailing\n", "trailing\n"),
        (" leading", " leading"), (":", ":"),
        ("data: x\n\nevent: y", "data: x\n\nevent: y"), ("nul\0nul", "nul\0nul"), ("\u{2028}", "\u{2028}"),
    ])
    func `A payload comes back as it was, but for the kind of its line breaks`(payload: String, read: String) {
        #expect(
            Self.read(EventStreamText.event(id: 1, topic: "t", payload: Frame(payload)))
                == [.init("t", read, lastEventID: "1")])
    }

    @Test func `A topic with line breaks is one line all the same, and without a topic the type is message`() {
        func type(_ topic: Frame) -> String? {
            let events = Self.read(EventStreamText.event(id: 1, topic: topic, payload: "x"))
            return events.count == 1 ? events[0].type : nil
        }
        #expect(type("a\nid: 9\n\ndata: b") == "a\u{FFFD}id: 9\u{FFFD}\u{FFFD}data: b")
        #expect(type("a\rb\0c") == "a\u{FFFD}b\u{FFFD}c")
        #expect(type("") == "message")
        #expect(type(" blank") == " blank")
        #expect(type(Frame([0xFF, 0x61])) == "\u{FFFD}a")
        #expect(type("Grüße") == "Grüße")
    }

    @Test func `A payload that is not UTF-8 becomes valid UTF-8`() {
        let events = Self.read(
            EventStreamText.event(id: 1, topic: "t", payload: Frame([0x61, 0xC3, 0x0A, 0xE2, 0x82])))
        #expect(events.map(\.data) == ["a\u{FFFD}\n\u{FFFD}"])
    }

    @Test func `What the gateway itself says is dispatched, too, and leaves the number alone`() {
        var reader = EventStreamReader()
        reader.receive(EventStreamText.event(id: 5, topic: "t", payload: "x"))
        reader.receive(EventStreamText.comment)
        reader.receive(EventStreamText.gap)
        reader.receive(EventStreamText.dropped(12))
        #expect(
            reader.events == [
                .init("t", "x", lastEventID: "5"), .init("gap", "", lastEventID: "5"),
                .init("dropped", "12", lastEventID: "5"),
            ])
        #expect(reader.comments == 1)
    }

    @Test func `Thousands of random messages are read as one event each, whatever their bytes`() {
        var random = SplitMix(seed: 11)
        let alphabet: [UInt8] = Array("ab: \r\n\0".utf8) + [0xC3, 0xA4, 0xF0, 0x9F, 0x98, 0x80, 0xFF, 0xEF, 0xBB, 0xBF]
        func bytes(_ random: inout SplitMix) -> [UInt8] {
            (0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        }
        var reader = EventStreamReader()
        var expected: [EventStreamReader.Event] = [.init("first", "", lastEventID: "0")]
        reader.receive(EventStreamText.event(id: 0, topic: "first", payload: ""))
        for id in 1...5000 {
            let (topic, payload) = (bytes(&random), bytes(&random))
            reader.receive(EventStreamText.event(id: UInt64(id), topic: Frame(topic), payload: Frame(payload)))
            var type = String.UnicodeScalarView()
            for scalar in String(decoding: topic, as: UTF8.self).unicodeScalars {
                type.append(["\r", "\n", "\0"].contains(scalar) ? "\u{FFFD}" : scalar)
            }
            var data = String.UnicodeScalarView()
            var follows = false
            for scalar in String(decoding: payload, as: UTF8.self).unicodeScalars {
                defer { follows = scalar == "\r" }
                if scalar == "\n", follows { continue }
                data.append(scalar == "\r" ? "\n" : scalar)
            }
            expected.append(
                .init(type.isEmpty ? "message" : String(type), String(data), lastEventID: String(id)))
        }
        #expect(reader.events.count == expected.count)
        for (event, expected) in zip(reader.events, expected) {
            #expect(Array(event.data.unicodeScalars) == Array(expected.data.unicodeScalars))
            #expect(Array(event.type.unicodeScalars) == Array(expected.type.unicodeScalars))
            #expect(event.lastEventID == expected.lastEventID)
        }
    }
}
