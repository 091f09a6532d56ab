import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

@Suite struct ClientDeskTests {
    private func desk(_ frames: Multipart, largestReply: Int = 100) throws -> (ClientDesk, GatewayRequest) {
        var desk = ClientDesk(loop: 3, largestReply: largestReply)
        let request = try desk.receive(from: "client", frames, timeout: .seconds(1))
        return (desk, request)
    }

    private func sent(_ outcome: ClientDesk.Outcome?) -> Multipart? {
        guard case .send(let answer) = outcome else { return nil }
        return answer.frames
    }

    private static let forms: [(Multipart, Multipart)] = [
        (["", "MDPC01", "s", "a", "b"], ["", "MDPC01", "s", "r"]),
        (["MDPC01", "s", "a", "b"], ["MDPC01", "s", "r"]),
        (["1234", "", "MDPC01", "s", "a", "b"], ["1234", "", "MDPC01", "s", "r"]),
        (["MDPC02", "\u{1}", "s", "a", "b"], ["MDPC02", "\u{3}", "s", "r"]),
        (["", "MDPC02", "\u{1}", "s", "a", "b"], ["", "MDPC02", "\u{3}", "s", "r"]),
    ]

    @Test(arguments: forms)
    func `A request is answered in the form in which it came`(frames: Multipart, reply: Multipart) throws {
        var (desk, request) = try desk(frames)
        #expect(request.service == "s")
        #expect(request.frames == ["a", "b"])
        #expect(!request.isIdempotent)
        #expect(sent(desk.take(.frames(["r"], isLast: true), of: request.id.number)) == reply)
        #expect(desk.isIdle)
        if case .some = desk.take(.frames(["r"], isLast: true), of: request.id.number) {
            Issue.record("it is answered twice")
        }
    }

    @Test(arguments: [
        ["x"] as Multipart, ["MDPC01"], ["", "MDPC01"], ["MDPC02", "s", "a"], ["MDPC02", "\u{2}", "s", "a"],
        ["MDPC02", "\u{1}"], ["MDPC01", ""], ["MDPW01", "\u{1}", "s"], ["", ""],
    ])
    func `What is no request is refused`(frames: Multipart) {
        var desk = ClientDesk(loop: 3, largestReply: 100)
        #expect(throws: WorkerProtocolError.self) { try desk.receive(from: "c", frames, timeout: .seconds(1)) }
        #expect(desk.isIdle)
    }

    @Test func `Parts are passed on in MDP/0.2 and joined in MDP/0.1`() throws {
        var (desk, request) = try desk(["MDPC02", "\u{1}", "s", "a"])
        #expect(sent(desk.take(.frames(["x"], isLast: false), of: 1)) == ["MDPC02", "\u{2}", "s", "x"])
        #expect(sent(desk.take(.frames(["y"], isLast: true), of: 1)) == ["MDPC02", "\u{3}", "s", "y"])
        #expect(request.id == RequestID(loop: 3, number: 1))
        (desk, request) = try self.desk(["", "MDPC01", "s", "a"])
        #expect(sent(desk.take(.frames(["x"], isLast: false), of: 1)) == nil)
        #expect(sent(desk.take(.frames(["", "y"], isLast: false), of: 1)) == nil)
        #expect(sent(desk.take(.frames([""], isLast: true), of: 1)) == ["", "MDPC01", "s", "x", "y"])
        #expect(desk.isIdle)
    }

    @Test func `A reply that would become too large when joined is given up`() throws {
        var (desk, _) = try desk(["MDPC01", "s", "a"], largestReply: 3)
        #expect(sent(desk.take(.frames(["xx"], isLast: false), of: 1)) == nil)
        guard case .tooLarge = desk.take(.frames(["yy"], isLast: false), of: 1) else {
            Issue.record("it was kept")
            return
        }
        #expect(desk.isIdle)
    }

    @Test(arguments: [ReplyEvent.failure(.workerLost), .cut])
    func `A client whose request fails gets nothing`(event: ReplyEvent) throws {
        var (desk, _) = try desk(["MDPC01", "s", "a"])
        guard case .failed = desk.take(event, of: 1) else {
            Issue.record("it got something")
            return
        }
        #expect(desk.isIdle)
    }
}
