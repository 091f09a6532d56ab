import HTTPTypes
import ProcessSupport
import SwiftZMQ
import Testing

@testable import GatewayWorker

/// A WebSocket's rules as values: numbers stand for whoever waits.
@Suite struct WebSocketStateTests {
    private typealias State = WebSocketState<Int, Int>
    private typealias Close = WorkerWebSocket.Close

    /// A WebSocket that has been accepted, whose head has left.
    private func accepted(credit: Int = 10) -> State {
        var state = State(credit: credit)
        #expect(state.accept() == .now)
        _ = state.finishSending()
        return state
    }

    // MARK: Sending

    @Test func `Nothing is sent before the head has left`() {
        var state = State(credit: 10)
        #expect(state.accept() == .now)
        #expect(state.accept() == .already)
        #expect(state.send(1, ticket: 1, as: 1) == .later)
        #expect(state.trySend(1) == nil)
        let step = state.finishSending()
        #expect(step.next == 1)
    }

    @Test func `A message waits until all its bytes are granted, and those behind it wait for it`() {
        var state = accepted(credit: 10)
        #expect(state.send(8, ticket: 1, as: 1) == .now)
        var step = state.finishSending()
        #expect(step.next == nil)
        #expect(state.send(5, ticket: 2, as: 2) == .later)
        #expect(state.send(1, ticket: 3, as: 3) == .later)
        step = state.grant(2)
        #expect(step.next == nil)
        step = state.grant(1)
        #expect(step.next == 2)
        step = state.grant(1)
        #expect(step.next == nil, "one at a time")
        step = state.finishSending()
        #expect(step.next == 3)
        step = state.finishSending()
        #expect(step.next == nil)
        #expect(state.send(0, ticket: 4, as: 4) == .now)
    }

    @Test func `A sender that gives up lets the next one through`() {
        var state = accepted(credit: 3)
        #expect(state.send(9, ticket: 1, as: 1) == .later)
        #expect(state.send(3, ticket: 2, as: 2) == .later)
        let followup = state.withdrawSender(1)
        #expect(followup.failed == [1])
        #expect(followup.next == 2)
        let step = state.withdrawSender(1)
        #expect(step.failed == [], "it has gone")
    }

    @Test func `Grants add up without bounds`() {
        var state = accepted(credit: .max)
        let step = state.grant(.max)
        #expect(step.next == nil)
        #expect(state.trySend(.max) == .now)
    }

    // MARK: Receiving

    @Test func `What is taken is granted, at the latest when nothing is left`() {
        var state = accepted()
        for text in ["one", "two", "three"] { _ = state.receive(.text(text)) }
        #expect(state.take() == .message(.text("one"), grant: 0))
        #expect(state.take() == .message(.text("two"), grant: 0))
        #expect(state.take() == .message(.text("three"), grant: 11))
        #expect(state.take() == .nothing)
        let large = WorkerWebSocket.Message.binary(Frame(repeatElement(0, count: 20_000)))
        for _ in 0..<2 { _ = state.receive(large) }
        #expect(state.take() == .message(large, grant: 20_000), "many bytes are granted although more is there")
    }

    @Test func `Whoever waits for a message is told of it, and of the end`() {
        var state = accepted()
        let (first, second) = (state.newTicket(), state.newTicket())
        #expect(first != second)
        #expect(state.wait(ticket: first, as: 1) == true)
        var step = state.receive(.text(""))
        #expect(step.receivers == [1])
        #expect(state.wait(ticket: first, as: 1) == false, "there is one")
        #expect(state.take() == .message(.text(""), grant: 0))
        #expect(state.wait(ticket: first, as: 1) == true)
        #expect(state.wait(ticket: second, as: 2) == true)
        step = state.withdrawReceiver(first)
        #expect(step.receivers == [1])
        step = state.receiveClose(Close(.goingAway))
        #expect(step.receivers == [2])
        #expect(state.wait(ticket: first, as: 1) == false)
    }

    // MARK: The end

    @Test func `What a client sent before its close is still read, and nothing goes back`() {
        var state = accepted(credit: 0)
        #expect(state.send(1, ticket: 1, as: 1) == .later)
        _ = state.receive(.text("last"))
        var step = state.receiveClose(Close(.goingAway))
        #expect(step.failed == [1])
        _ = state.receive(.text("after the end"))
        #expect(state.take() == .message(.text("last"), grant: 0), "nothing is granted to one that has gone")
        #expect(state.take() == .ended)
        #expect(state.trySend(0) == .over(.closed(Close(.goingAway))))
        step = state.finish(nil)
        #expect(step.sendsFinal)
        #expect(state.final == .some(nil))
        #expect(state.ending == .closed(Close(.goingAway)))
    }

    @Test func `The last word is said once, and never before a message that is on its way`() {
        var state = accepted()
        #expect(state.trySend(1) == .now)
        #expect(state.send(1, ticket: 1, as: 1) == .later)
        _ = state.receive(.text("unread"))
        let followup = state.finish(Close(.policyViolation, reason: "why"))
        #expect(followup.failed == [1])
        #expect(!followup.sendsFinal)
        #expect(state.take() == .ended)
        var step = state.finishSending()
        #expect(step.sendsFinal)
        #expect(state.final == Close(.policyViolation, reason: "why"))
        step = state.finish(Close(.normal))
        #expect(!step.sendsFinal)
        #expect(state.final == Close(.policyViolation, reason: "why"))
        #expect(state.accept() == .already)
    }

    @Test func `One that nobody waits for any more drops what was not read`() {
        var state = accepted(credit: 0)
        #expect(state.send(1, ticket: 1, as: 1) == .later)
        _ = state.receive(.text("unread"))
        var step = state.abandon()
        #expect(step.failed == [1])
        #expect(state.take() == .ended)
        #expect(state.trySend(0) == .over(.abandoned))
        step = state.finish(nil)
        #expect(step.sendsFinal)
        #expect(state.ending == .abandoned)
    }

    @Test func `Empty messages, which cost no credit, do not pile up without end`() {
        var state = accepted()
        for _ in 0..<WebSocketInbox.capacity {
            let followup = state.receive(.text(""))
            #expect(!followup.sendsFinal)
        }
        #expect(state.ending == nil)
        let followup = state.receive(.text(""))
        #expect(followup.sendsFinal)
        #expect(state.final??.code == .policyViolation)
        #expect(state.take() == .ended)
    }

    @Test func `One that ends before it was accepted cannot be accepted`() {
        var state = State(credit: 0)
        _ = state.abandon()
        #expect(state.accept() == .over(.abandoned))
    }

    @Test func `A worker that stops reads what has come and can still say something`() {
        var state = accepted()
        _ = state.receive(.text("last"))
        _ = state.goAway()
        _ = state.receive(.text("too late"))
        #expect(state.take() == .message(.text("last"), grant: 0))
        #expect(state.take() == .ended)
        #expect(state.isGoingAway)
        #expect(state.trySend(1) == .now)
    }

    // MARK: Any order

    /// What must hold whatever happens in whatever order.
    @Test(arguments: 0..<200) func `No credit is exceeded, no order changed and nobody forgotten`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var state = State(credit: 20)
        var (granted, sent, accepting) = (20, 0, false)
        var (received, taken, given) = ([String](), [String](), 0)
        var waiting: [Int] = []
        var order: [Int] = []
        var sizes: [Int: Int] = [:]
        var sending: Int?
        var finals = 0
        var unseen = Set<Int>()

        func follow(_ followup: State.Followup) {
            for sender in followup.failed { waiting.removeAll { $0 == sender } }
            for receiver in followup.receivers { unseen.remove(receiver) }
            if let next = followup.next {
                #expect(sending == nil && waiting.first == next)
                waiting.removeFirst()
                sending = next
                order.append(next)
                sent += sizes[next] ?? 0
            }
            finals += followup.sendsFinal ? 1 : 0
        }

        for step in 1...200 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<5:
                guard state.isAccepted else { continue }
                let bytes = Int.random(in: 0...12, using: &random)
                sizes[step] = bytes
                switch state.send(bytes, ticket: step, as: step) {
                case .now:
                    #expect(sending == nil && waiting.isEmpty && !accepting)
                    (sending, sent) = (step, sent + bytes)
                    order.append(step)
                case .later: waiting.append(step)
                case .over: #expect(state.ending != nil)
                }
            case 5..<10:
                guard sending != nil || accepting else { continue }
                (sending, accepting) = (nil, false)
                follow(state.finishSending())
            case 10, 11:
                let bytes = Int.random(in: 0...9, using: &random)
                granted += bytes
                follow(state.grant(bytes))
            case 12:
                if let ticket = waiting.randomElement(using: &random) { follow(state.withdrawSender(ticket)) }
            case 13, 14:
                if !state.inbox.isEnded { received.append("\(step)") }
                follow(state.receive(.text("\(step)")))
            case 15, 16:
                switch state.take() {
                case .message(.text(let text), let grant):
                    taken.append(text)
                    given += grant
                case .message: Issue.record("no such message was sent")
                case .nothing:
                    #expect(taken == received && given == received.reduce(0) { $0 + $1.utf8.count })
                    if state.wait(ticket: step, as: step) { unseen.insert(step) }
                case .ended: #expect(state.inbox.isEnded)
                }
            case 17: accepting = state.accept() == .now || accepting
            case 18:
                guard Int.random(in: 0..<10, using: &random) == 0 else { continue }
                follow(state.receiveClose(Close(.normal)))
            default:
                guard Int.random(in: 0..<10, using: &random) == 0, state.isAccepted else { continue }
                follow(state.finish(Bool.random(using: &random) ? Close(.normal) : nil))
            }
            #expect(sent <= granted)
            #expect(order == order.sorted())
            #expect(received.starts(with: taken))
            #expect(given <= taken.reduce(0) { $0 + $1.utf8.count })
            #expect(finals == (state.final != nil && sending == nil && !accepting ? 1 : 0))
            if state.ending != nil { #expect(waiting.isEmpty && unseen.isEmpty) }
        }
    }

    // MARK: Closes

    @Test func `A close is read as on the wire`() {
        #expect(Close(reading: "") == Close(.noStatus))
        #expect(Close(reading: Frame([0x03])) == Close(.noStatus))
        #expect(Close(reading: Frame([0x03, 0xE9])) == Close(.goingAway))
        #expect(
            Close(reading: Frame([0x0F, 0xA0] + Array("caf\u{E9}".utf8)))
                == Close(.init(rawValue: 4000), reason: "café"))
    }

    @Test(arguments: [
        (1000, true), (1003, true), (1004, false), (1005, false), (1006, false), (1007, true), (1014, true),
        (1015, false),
        (999, false), (0, false), (-1, false), (2999, false), (3000, true), (4999, true), (5000, false),
        (65_536, false),
    ])
    func `A code is sent that may be`(code: Int, mayBeSent: Bool) {
        #expect(WorkerWebSocket.CloseCode(rawValue: code).mayBeSent == mayBeSent)
    }

    @Test func `A close that cannot be sent is refused with the remedy`() throws {
        try Close(.normal, reason: String(repeating: "é", count: 61)).check()
        let long = #expect(throws: WorkerWebSocketError.self) {
            try Close(.normal, reason: String(repeating: "é", count: 62)).check()
        }
        #expect(long?.code == .closeReason && long?.detail.contains("124 bytes") == true)
        let reserved = #expect(throws: WorkerWebSocketError.self) { try Close(.noStatus).check() }
        #expect(reserved?.code == .closeCode && reserved?.detail.contains("1005") == true)
    }

    @Test(
        arguments: [
            ([], []), (["chat"], ["chat"]), (["a, b ,\tc"], ["a", "b", "c"]), (["a", "b"], ["a", "b"]), ([", ,"], []),
        ] as [([String], [String])])
    func `The subprotocols that are offered are read from all fields`(values: [String], names: [String]) {
        var fields = HTTPFields()
        for value in values { fields.append(HTTPField(name: .secWebSocketProtocol, value: value)) }
        let request = WorkerRequest(.get, "/", headerFields: fields)
        #expect(request.webSocketSubprotocols == names)
    }
}
