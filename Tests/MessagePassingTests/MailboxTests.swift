import ProcessSupport
import SwiftZMQ
import Testing

@testable import MessagePassing

@Suite struct MailboxTests {
    /// A mailbox that expectations can change.
    private final class Box {
        private var mailbox = Mailbox()

        var unexpected: [ReceivedMessage] { mailbox.unexpected }

        func arrived(_ message: ReceivedMessage) -> [Mailbox.Ticket] { mailbox.arrived(message) }

        func post(_ pattern: MessagePattern, as ticket: Mailbox.Ticket, isProbe: Bool = false) -> ReceivedMessage? {
            mailbox.post(pattern, as: ticket, isProbe: isProbe)
        }

        func cancel(_ ticket: Mailbox.Ticket) -> Bool { mailbox.cancel(ticket) }
    }

    private func message(_ source: Int, _ tag: Int, _ text: String = "") -> ReceivedMessage {
        ReceivedMessage(source: source, tag: tag, elementType: .encoded, frame: Frame(text))
    }

    @Test func `A message waits for a receive that it matches`() {
        let box = Box()
        #expect(box.arrived(message(1, 7, "a")) == [])
        #expect(box.post(MessagePattern(source: 1, tag: 8), as: 1) == nil)
        #expect(box.post(MessagePattern(source: 2, tag: 7), as: 2) == nil)
        #expect(box.post(MessagePattern(source: 1, tag: 7), as: 3)?.frame == "a")
        #expect(box.unexpected.isEmpty)
    }

    @Test func `A receive waits for a message that it matches, and the one posted first gets it`() {
        let box = Box()
        #expect(box.post(MessagePattern(source: nil, tag: 7), as: 1) == nil)
        #expect(box.post(MessagePattern(source: 1, tag: nil), as: 2) == nil)
        #expect(box.arrived(message(2, 8)) == [])
        #expect(box.arrived(message(1, 7)) == [1])
        #expect(box.arrived(message(1, 7)) == [2])
        #expect(box.arrived(message(1, 7)) == [])
    }

    @Test func `Messages of one sender are taken in order, by any pattern`() {
        var random = SplitMix(seed: 3)
        for _ in 0..<200 {
            let box = Box()
            var sent: [ReceivedMessage] = []
            var received: [ReceivedMessage] = []
            var patterns: [Mailbox.Ticket: MessagePattern] = [:]
            for step in 0..<60 {
                if Bool.random(using: &random) {
                    let next = message(
                        Int.random(in: 0..<3, using: &random), Int.random(in: 0..<2, using: &random), "\(step)")
                    sent.append(next)
                    for ticket in box.arrived(next) {
                        #expect(patterns.removeValue(forKey: ticket)?.matches(next) == true)
                        received.append(next)
                    }
                } else {
                    let pattern = MessagePattern(
                        source: [nil, 0, 1, 2].randomElement(using: &random) ?? nil,
                        tag: [nil, 0, 1].randomElement(using: &random) ?? nil)
                    let ticket = Mailbox.Ticket(step)
                    if let found = box.post(pattern, as: ticket) {
                        #expect(pattern.matches(found))
                        received.append(found)
                    } else {
                        patterns[ticket] = pattern
                    }
                }
            }
            // No message is lost or doubled, and none waits that somebody wants.
            #expect(received.count + box.unexpected.count == sent.count)
            for pattern in patterns.values { #expect(!box.unexpected.contains(where: pattern.matches)) }
            for source in 0..<3 {
                for tag in 0..<2 {
                    func texts(_ messages: [ReceivedMessage]) -> [Int] {
                        messages.filter { $0.source == source && $0.tag == tag }.compactMap { Int(String($0.frame)) }
                    }
                    #expect(texts(received) + texts(box.unexpected) == texts(sent))
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `The first of very many messages is taken without moving the others`() {
        let box = Box()
        // Each of them moved once for each that is taken would take many minutes.
        let messages = 300_000
        for number in 0..<messages { _ = box.arrived(message(number % 3, number % 2)) }
        var received = 0
        while box.post(MessagePattern(source: nil, tag: nil), as: 1)?.source == received % 3 { received += 1 }
        #expect(received == messages)
        #expect(box.unexpected.isEmpty)
    }

    @Test func `A probe sees a message and leaves it`() {
        let box = Box()
        #expect(box.post(MessagePattern(source: nil, tag: nil), as: 1, isProbe: true) == nil)
        #expect(box.arrived(message(4, 2, "x")) == [1])
        #expect(box.post(MessagePattern(source: 4, tag: nil), as: 2, isProbe: true)?.frame == "x")
        #expect(box.post(MessagePattern(source: 4, tag: nil), as: 3)?.frame == "x")
    }

    @Test func `A receive that was taken back gets nothing`() {
        let box = Box()
        _ = box.post(MessagePattern(source: nil, tag: nil), as: 1)
        #expect(box.cancel(1))
        #expect(!box.cancel(1))
        #expect(box.arrived(message(0, 0)) == [])
    }
}
