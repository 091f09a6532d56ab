public import Foundation
public import SwiftZMQ
import Testing

extension JSONEncoder: MessageEncoder {}
extension JSONDecoder: MessageDecoder {}
extension PropertyListEncoder: MessageEncoder {}
extension PropertyListDecoder: MessageDecoder {}

/// What can be sent without making a frame or a message of it first.
@Suite(.timeLimit(.minutes(1))) struct ConversionTests {
    private static let text = "text of a variable"
    private static let bytes: [UInt8] = [1, 0, 255]
    private static let texts = ["a", "", "ü"]

    @Test func `Text, bytes and texts are sent as they are`() async throws {
        let pair = try Connected(over: .inproc, { try Pull($0) }, { try Push($0) })
        let (push, number) = (pair.connecting, 4)
        try await push.send(Self.text)
        try await push.send("literal")
        try await push.send("\(number) and \(Self.text)")
        try await push.send(Self.bytes)
        try await push.send(Self.bytes[1...])
        try await push.send(Data(Self.bytes))
        try await push.send([1, 2, 3])
        try await push.send(Self.texts)
        try await push.send(["a", "b"])
        try await push.send(["a", Frame(Self.bytes)])
        try await push.send(["\(number)", "b"], timeout: .seconds(1))
        try await push.send([])
        try await push.send(Self.text, timeout: .seconds(1))
        let expected: [Message] = [
            Message(Frame(Self.text)), ["literal"], ["4 and text of a variable"], Message(Frame(Self.bytes)),
            Message(Frame([0, 255] as [UInt8])), Message(Frame(Self.bytes)), Message(Frame([1, 2, 3] as [UInt8])),
            ["a", "", "ü"], ["a", "b"], ["a", Frame(Self.bytes)], ["4", "b"], [""], Message(Frame(Self.text)),
        ]
        for message in expected { #expect(try await pair.bound.receive() == message) }
        #expect(try push.trySend(Self.text) && push.trySend(Self.bytes) && push.trySend(Self.texts))
        #expect(try push.trySend("literal") && push.trySend(["a", "b"]))
        for message in [["\(Self.text)"], Message(Frame(Self.bytes)), ["a", "", "ü"], ["literal"], ["a", "b"]]
            as [Message]
        {
            #expect(try await pair.bound.receive() == message)
        }
    }

    @Test func `Threads send text, bytes and texts as they are`() async throws {
        let pair = try Connected(over: .inproc, { try Pull($0) }, { try Push($0) })
        let push = pair.connecting
        let sending = try await BlockedThread {
            try push.blocking.send(Self.text)
            try push.blocking.send(Self.bytes)
            try push.blocking.send(Self.texts)
            try push.blocking.send("literal", timeout: .seconds(1))
            try push.blocking.send(Data(Self.bytes), timeout: .seconds(1))
            try push.blocking.send(["a", "b"], timeout: .seconds(1))
        }
        try await sending.value
        for message in [
            ["\(Self.text)"], Message(Frame(Self.bytes)), ["a", "", "ü"], ["literal"], Message(Frame(Self.bytes)),
            ["a", "b"],
        ] as [Message] {
            #expect(try await pair.bound.receive() == message)
        }
    }

    @Test func `Requests and answers are text, bytes and texts as they are`() async throws {
        let pair = try Connected(over: .inproc, { try Reply($0) }, { try Request($0) })
        let answering = Task {
            for try await request in pair.bound.requests {
                switch request.message.count {
                case 1 where request.message == ["bytes"]: try await request.reply(Self.bytes)
                case 1: try await request.reply("\(request.message) is even")
                default: try await request.reply(Self.texts)
                }
            }
        }
        let request = pair.connecting
        let number = "4"
        #expect(try await request.request(number, timeout: .seconds(10)) == ["4 is even"])
        #expect(try await request.request("\(number)\n", timeout: .seconds(10)) == ["4\n is even"])
        #expect(try await request.request(Array("bytes".utf8)) == Message(Frame(Self.bytes)))
        #expect(try await request.request(Self.texts) == ["a", "", "ü"])
        #expect(try await request.request(["a", "b"]) == ["a", "", "ü"])
        await pair.context.shutdown()
        try await answering.value
    }

    private struct Order: Codable, Equatable {
        var item: String
        var count: Int
    }

    @Test func `Anything Codable travels through any coder`() async throws {
        let pair = try Connected(over: .inproc, { try Pull($0) }, { try Push($0) })
        let order = Order(item: "honey", count: 3)
        try await pair.connecting.send(order, with: JSONEncoder())
        try await pair.connecting.send(["orders", Frame(encoding: order, with: PropertyListEncoder())])
        #expect(try await pair.bound.receive().frame().decode(Order.self, with: JSONDecoder()) == order)
        let (topic, payload) = try await pair.bound.receive().frames()
        #expect(topic == "orders")
        #expect(try payload.decode(Order.self, with: PropertyListDecoder()) == order)
        #expect(throws: DecodingError.self) { try Frame("no JSON").decode(Order.self, with: JSONDecoder()) }
        #expect(throws: EncodingError.self) { try Frame(encoding: Double.nan, with: JSONEncoder()) }
    }

    /// A coder that knows nothing of Foundation: numbers as text.
    private struct Plain: MessageEncoder, MessageDecoder {
        struct NoNumber: Error {}

        func encode<Value: Encodable>(_ value: Value) throws -> [UInt8] {
            guard let number = value as? Int else { throw NoNumber() }
            return Array("\(number)".utf8)
        }

        func decode<Value: Decodable>(_ type: Value.Type, from input: [UInt8]) throws -> Value {
            guard let number = Int(String(decoding: input, as: UTF8.self)) as? Value else { throw NoNumber() }
            return number
        }
    }

    @Test func `A coder of the program's own serves as well`() throws {
        let frame = try Frame(encoding: 42, with: Plain())
        #expect(frame == "42")
        #expect(try frame.decode(Int.self, with: Plain()) == 42)
        #expect(throws: Plain.NoNumber.self) { try Frame("x").decode(Int.self, with: Plain()) }
    }
}
