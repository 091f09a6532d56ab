import NIOCore
import SwiftZMQ
import Testing

@testable import Gateway

/// A stream of topics on a connection of HTTP/1, with values alone.
struct TopicConnectionTests {
    /// A connection on which a stream has begun, whose client has acknowledged all of it.
    private struct Script {
        let rules: FrontRules
        var connection: HTTP1Connection
        var now = NIODeadline.now()
        var id = RequestID(loop: 0, number: 0)
        var actions: [String] = []

        init() throws {
            let route = Route(path: "/r/", destination: .topics(TopicSource(endpoints: ["tcp://a:1"])))
            rules = FrontRules(
                loop: 0, settings: HTTPSettings(), router: Published(RequestRouter(routes: [route])),
                services: ServiceDirectory(), isObserved: false, wantsTargets: false)
            let peer = RequestPeer(try SocketAddress(ipAddress: "192.0.2.1", port: 9))
            let origin = HTTPExchange.Origin(peer: peer, scheme: "http", listenerAddress: "192.0.2.2:80")
            connection = HTTP1Connection(rules, from: origin)
            connection.start(isRefused: false, at: now)
            connection.receive(ByteBuffer(string: "GET /r/a HTTP/1.1\r\nhost: h\r\n\r\n"), at: now)
            settle()
            say(.begin(TopicBroadcaster.head, piece: EventStreamText.comment))
        }

        mutating func say(_ event: ReplyEvent) {
            connection.receive(event, for: id.number, at: now)
            settle()
        }

        mutating func settle() {
            connection.proceed(at: now)
            while connection.takeOutput() != nil { connection.outputTaken(buffered: 0) }
            var taken: [HTTP1Connection.Action] = []
            connection.takeActions(into: &taken)
            for action in taken {
                switch action {
                case .submit(let request): id = request.id
                case .cancel: actions.append("cancel")
                case .endOutput: actions.append("endOutput")
                case .close: actions.append("close")
                case .reset: actions.append("reset")
                case .consumed, .finished, .becomeHTTP2, .send: break
                }
            }
            connection.proceed(at: now)
        }

        /// Lets the time of the next deadline come.
        mutating func wait(unacknowledged: Int) {
            now = connection.deadline
            connection.advance(to: now, unacknowledged: unacknowledged)
            settle()
        }
    }

    @Test func `A client that acknowledges what it gets stays for as long as it likes`() throws {
        var script = try Script()
        for _ in 0..<20 {
            script.say(.piece(EventStreamText.comment))
            script.wait(unacknowledged: 0)
        }
        // Nothing at all, as with a short time in which no comment is due.
        for _ in 0..<20 { script.wait(unacknowledged: 0) }
        #expect(script.actions == [])
    }

    @Test func `A client that is gone without a word is cut after it has stood still twice`() throws {
        var script = try Script()
        script.wait(unacknowledged: 0)
        script.say(.piece(EventStreamText.comment))
        script.wait(unacknowledged: EventStreamText.comment.count + 6)
        #expect(script.actions == [])
        script.wait(unacknowledged: EventStreamText.comment.count + 6)
        #expect(script.actions.contains("reset") && script.actions.contains("cancel"))
    }

    @Test func `A client that closes its side is gone, as the stream has no end to wait for`() throws {
        var script = try Script()
        script.connection.inputClosed(unacknowledged: 0, at: script.now)
        script.settle()
        #expect(script.actions.contains("cancel"))
    }

    @Test func `While the gateway drains, a client that does not take the rest is waited for no longer than a second`()
        throws
    {
        var script = try Script()
        script.rules.isDraining = true
        script.connection.drain(unacknowledged: 100, at: script.now)
        script.say(.end(Frame()))
        let start = script.now
        while script.connection.deadline != .distantFuture, !script.actions.contains("reset") {
            script.wait(unacknowledged: 100)
        }
        #expect(script.actions == ["endOutput", "reset"])
        #expect(script.now - start <= .seconds(3))
    }
}
