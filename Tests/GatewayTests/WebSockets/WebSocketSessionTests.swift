import NIOCore
import ProcessSupport
import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// A WebSocket from its handshake to its end, without a connection.
@Suite struct WebSocketSessionTests {
    typealias Frames = WebSocketFrames

    private let start = NIODeadline.now()

    private func session(credit: Int = 1000, largest: Int = 1000) -> WebSocketSession {
        WebSocketSession(maximumMessageSize: largest, credit: credit, at: start)
    }

    private func actions(_ session: inout WebSocketSession) -> [WebSocketSession.Action] {
        var actions: [WebSocketSession.Action] = []
        while let action = session.takeAction() { actions.append(action) }
        return actions
    }

    private func output(_ session: inout WebSocketSession) -> [UInt8] {
        session.takeOutput().map { Array($0.readableBytesView) } ?? []
    }

    @Test func `A ping is answered with what it says, and a message is delivered`() {
        var session = session()
        session.received(ByteBuffer(bytes: Frames.frame(0x89, [1, 2]) + Frames.text("hi")), at: start)
        #expect(output(&session) == [0x8A, 2, 1, 2])
        #expect(actions(&session) == [.deliver(.text, ByteBuffer(string: "hi"))])
        let isSent = session.send(.binary, Frame([9]))
        #expect(isSent)
        #expect(output(&session) == [0x82, 1, 9])
    }

    @Test func `A message for which there is no room waits, and the client is not read meanwhile`() {
        var session = session(credit: 3)
        session.received(ByteBuffer(bytes: Frames.text("ab") + Frames.text("cd") + Frames.text("e")), at: start)
        #expect(actions(&session) == [.deliver(.text, ByteBuffer(string: "ab"))])
        #expect(!session.wantsInput)
        session.grant(1, at: start)
        #expect(actions(&session) == [.deliver(.text, ByteBuffer(string: "cd"))])
        #expect(!session.wantsInput)
        session.grant(.max, at: start)
        #expect(actions(&session) == [.deliver(.text, ByteBuffer(string: "e"))])
        #expect(session.wantsInput)
    }

    @Test func `A client that ends is answered, and heard of once`() {
        var session = session()
        session.received(ByteBuffer(bytes: Frames.close(1001, "bye") + Frames.text("more")), at: start)
        #expect(output(&session) == [0x88, 2, 0x03, 0xE9])
        #expect(actions(&session) == [.deliverClose(ByteBuffer(bytes: [0x03, 0xE9] + Array("bye".utf8))), .endOutput])
        session.disconnected()
        session.close(.normal, at: start)
        #expect(actions(&session) == [] && session.isOver)
    }

    @Test func `After a close of its own nothing is delivered, and the client's close ends the connection`() {
        var session = session()
        session.close(.goingAway, "restart", at: start)
        #expect(output(&session) == [0x88, 9, 0x03, 0xE9] + Array("restart".utf8))
        session.received(ByteBuffer(bytes: Frames.text("late") + Frames.frame(0x89, [])), at: start)
        #expect(actions(&session) == [] && output(&session) == [])
        let isTaken = session.send(.text, "later")
        #expect(isTaken)
        #expect(output(&session) == [])
        session.received(ByteBuffer(bytes: Frames.close(1001)), at: start)
        #expect(actions(&session) == [.endOutput] && output(&session) == [])
    }

    @Test func `A client that does not answer a close is left after five seconds`() {
        var session = session()
        session.close(.normal, at: start)
        session.advance(to: start + .milliseconds(4999))
        #expect(actions(&session) == [])
        session.advance(to: session.deadline)
        #expect(actions(&session) == [.endOutput])
    }

    @Test func `A close comes through though a message waits for room`() {
        var session = session(credit: 0)
        session.received(ByteBuffer(bytes: Frames.text("x") + Frames.close(1000)), at: start)
        #expect(actions(&session) == [])
        session.close(.serviceRestart, at: start)
        #expect(actions(&session) == [.endOutput])
    }

    @Test(arguments: [
        (WebSocketFrames.frame(0x83, []), WebSocketCloseCode.protocolError),
        (WebSocketFrames.frame(0x81, [0xFF]), .invalidData),
        (WebSocketFrames.frame(0x82, [UInt8](repeating: 0, count: 1001)), .messageTooBig),
    ])
    func `A client that breaks a rule is told why and is gone`(bytes: [UInt8], code: WebSocketCloseCode) {
        var session = session()
        session.received(ByteBuffer(bytes: bytes), at: start)
        let written = output(&session)
        #expect(
            written.first == 0x88
                && written[2...3].elementsEqual([UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]))
        #expect(actions(&session) == [.deliverLoss, .endOutput])
    }

    @Test func `A silent client is asked after half a minute, and given up after another`() {
        var session = session()
        #expect(session.deadline == start + .seconds(30))
        session.advance(to: session.deadline)
        #expect(output(&session) == [0x89, 0])
        #expect(actions(&session) == [])
        session.advance(to: session.deadline)
        #expect(actions(&session) == [.deliverLoss, .endOutput])
    }

    @Test func `Any sign of life is one`() {
        var session = session()
        session.advance(to: session.deadline)
        session.received(ByteBuffer(bytes: [0x81]), at: start + .seconds(59))
        #expect(session.deadline == start + .seconds(89))
        session.advance(to: session.deadline)
        #expect(output(&session) == [0x89, 0, 0x89, 0])
        #expect(actions(&session) == [])
    }

    @Test func `A client that is not read is not given up`() {
        var session = session(credit: 0)
        session.received(ByteBuffer(bytes: Frames.text("x")), at: start)
        for _ in 0..<10 { session.advance(to: session.deadline) }
        #expect(actions(&session) == [] && output(&session) == [])
        session.grant(1, at: start + .seconds(400))
        #expect(actions(&session) == [.deliver(.text, ByteBuffer(string: "x"))])
        #expect(session.deadline == start + .seconds(430))
    }

    @Test func `A burst of messages, and what is left of one that has begun, keep no memory of those before`() {
        var session = session()
        let bytes = [[UInt8]](repeating: Frames.frame(0x82, []), count: 5000).flatMap { $0 }
        session.received(ByteBuffer(bytes: bytes), at: start)
        #expect(actions(&session).count == 5000)
        #expect(session.actions.capacity <= 64 && session.input.storageCapacity == 0)
        session.received(ByteBuffer(bytes: bytes + Frames.text("hi").prefix(3)), at: start)
        #expect(actions(&session).count == 5000 && session.input.storageCapacity < 64)
        session.received(ByteBuffer(bytes: Frames.text("hi").dropFirst(3)), at: start)
        #expect(actions(&session) == [.deliver(.text, ByteBuffer(string: "hi"))])
    }

    @Test func `A text of a worker's that is none is not sent`() {
        var session = session()
        let isText = session.send(.text, Frame([0xC3]))
        #expect(!isText)
        #expect(output(&session) == [])
        let areBytes = session.send(.binary, Frame([0xC3]))
        #expect(areBytes)
    }

    @Test func `A reason that is too long is cut at the end of a character`() {
        var session = session()
        session.close(.normal, String(repeating: "é", count: 100), at: start)
        let written = output(&session)
        #expect(written[1] == 124 && String(validating: written[4...], as: UTF8.self)?.count == 61)
    }

    @Test func `Whatever comes in whatever order, nothing follows the end and nothing is delivered beyond the credit`()
    {
        var random = SplitMix.forWebSockets()
        for _ in 0..<2000 {
            var session = session(credit: 10, largest: 50)
            var granted = 10
            var delivered = 0
            var now = start
            var seen: [WebSocketSession.Action] = []
            for _ in 0..<20 {
                now = now + .seconds(Int64.random(in: 0...20, using: &random))
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1:
                    let contents = [UInt8](repeating: 65, count: .random(in: 0...60, using: &random))
                    session.received(ByteBuffer(bytes: Frames.frame(0x81, contents)), at: now)
                case 2: session.received(ByteBuffer(bytes: [.random(in: 0...255, using: &random)]), at: now)
                case 3:
                    let bytes = Int.random(in: 0...60, using: &random)
                    if session.wantsInput || !session.isOver { granted += bytes }
                    session.grant(bytes, at: now)
                case 4: session.advance(to: now)
                case 5: _ = session.send(.text, "x")
                case 6 where Int.random(in: 0..<4, using: &random) == 0: session.close(.normal, at: now)
                case 7 where Int.random(in: 0..<4, using: &random) == 0: session.disconnected()
                default: session.received(ByteBuffer(bytes: Frames.frame(0x89, [])), at: now)
                }
                seen += actions(&session)
                _ = session.takeOutput()
            }
            for case .deliver(_, let message) in seen { delivered += message.readableBytes }
            #expect(delivered <= granted)
            #expect(seen.count { $0 == .endOutput } <= 1)
            if let end = seen.firstIndex(of: .endOutput) { #expect(end == seen.count - 1) }
            let ends = seen.filter { if case .deliver = $0 { false } else { $0 != .endOutput } }
            #expect(ends.count <= 1)
        }
    }
}
