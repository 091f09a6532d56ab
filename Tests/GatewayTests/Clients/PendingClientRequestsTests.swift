import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

@Suite struct PendingClientRequestsTests {
    private func pending(_ frames: Message, largestReply: Int = 100) throws -> (PendingClientRequests, GatewayRequest) {
        var pending = PendingClientRequests(loop: 3, largestReply: largestReply)
        let request = try pending.receive(from: "client", frames, timeout: .seconds(1))
        return (pending, request)
    }

    private func sent(_ outcome: PendingClientRequests.Outcome?) -> Message? {
        guard case .send(let answer) = outcome else { return nil }
        return answer.frames
    }

    private static let forms: [(Message, Message)] = [
        (["", "MDPC01", "s", "a", "b"], ["", "MDPC01", "s", "r"]),
        (["MDPC01", "s", "a", "b"], ["MDPC01", "s", "r"]),
        (["1234", "", "MDPC01", "s", "a", "b"], ["1234", "", "MDPC01", "s", "r"]),
        (["MDPC02", "\u{1}", "s", "a", "b"], ["MDPC02", "\u{3}", "s", "r"]),
        (["", "MDPC02", "\u{1}", "s", "a", "b"], ["", "MDPC02", "\u{3}", "s", "r"]),
    ]

    @Test(arguments: forms)
    func `A request is answered in the form in which it came`(frames: Message, reply: Message) throws {
        var (pending, request) = try pending(frames)
        #expect(request.service == "s")
        #expect(request.frames == ["a", "b"])
        #expect(!request.isIdempotent)
        #expect(sent(pending.take(.frames(["r"], isLast: true), of: request.id.number)) == reply)
        #expect(pending.isIdle)
        if case .some = pending.take(.frames(["r"], isLast: true), of: request.id.number) {
            Issue.record("it is answered twice")
        }
    }

    @Test(arguments: [
        ["x"] as Message, ["MDPC01"], ["", "MDPC01"], ["MDPC02", "s", "a"], ["MDPC02", "\u{2}", "s", "a"],
        ["MDPC02", "\u{1}"], ["MDPC01", ""], ["MDPW01", "\u{1}", "s"], ["", ""],
    ])
    func `What is no request is refused`(frames: Message) {
        var pending = PendingClientRequests(loop: 3, largestReply: 100)
        #expect(throws: WorkerProtocolError.self) { try pending.receive(from: "c", frames, timeout: .seconds(1)) }
        #expect(pending.isIdle)
    }

    @Test func `Parts are passed on in MDP/0.2 and joined in MDP/0.1`() throws {
        var (pending, request) = try pending(["MDPC02", "\u{1}", "s", "a"])
        #expect(sent(pending.take(.frames(["x"], isLast: false), of: 1)) == ["MDPC02", "\u{2}", "s", "x"])
        #expect(sent(pending.take(.frames(["y"], isLast: true), of: 1)) == ["MDPC02", "\u{3}", "s", "y"])
        #expect(request.id == RequestID(loop: 3, number: 1))
        (pending, request) = try self.pending(["", "MDPC01", "s", "a"])
        #expect(sent(pending.take(.frames(["x"], isLast: false), of: 1)) == nil)
        #expect(sent(pending.take(.frames(["", "y"], isLast: false), of: 1)) == nil)
        #expect(sent(pending.take(.frames([""], isLast: true), of: 1)) == ["", "MDPC01", "s", "x", "y"])
        #expect(pending.isIdle)
    }

    @Test func `A reply that would become too large when joined is given up`() throws {
        var (pending, _) = try pending(["MDPC01", "s", "a"], largestReply: 3)
        #expect(sent(pending.take(.frames(["xx"], isLast: false), of: 1)) == nil)
        guard case .tooLarge = pending.take(.frames(["yy"], isLast: false), of: 1) else {
            Issue.record("it was kept")
            return
        }
        #expect(pending.isIdle)
    }

    @Test(arguments: [ReplyEvent.failure(.workerLost), .cut])
    func `A client whose request fails gets nothing`(event: ReplyEvent) throws {
        var (pending, _) = try pending(["MDPC01", "s", "a"])
        guard case .failed = pending.take(event, of: 1) else {
            Issue.record("it got something")
            return
        }
        #expect(pending.isIdle)
    }
}
