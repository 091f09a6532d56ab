import SwiftZMQ

/// An end that blocks its thread.
struct BlockingPeer {
    let peer: Peer

    func run() throws {
        let context = try Context()
        switch peer.role {
        case .pull: try pull(Pull(context))
        case .push: try push(Push(context))
        case .reply: try reply(Reply(context))
        case .request: try request(Request(context))
        }
    }

    private func pull(_ socket: Pull) throws {
        Peer.tell(try socket.bind(peer.endpoint))
        peer.check(try socket.blocking.receive())
        let begin = ContinuousClock.now
        for _ in 0..<peer.count {
            peer.check(try socket.blocking.receive())
        }
        Peer.tellThroughput(peer.count, since: begin)
    }

    private func push(_ socket: Push) throws {
        try socket.connect(peer.endpoint)
        for _ in 0...peer.count {
            try socket.blocking.send(peer.makeMessage())
        }
        Peer.waitForEndOfInput()
    }

    private func reply(_ socket: Reply) throws {
        Peer.tell(try socket.bind(peer.endpoint))
        for _ in 0...peer.count {
            let message = try socket.blocking.receive()
            peer.check(message)
            try socket.blocking.send(message)
        }
        Peer.waitForEndOfInput()
    }

    private func request(_ socket: Request) throws {
        try socket.connect(peer.endpoint)
        var message = Multipart(peer.makeMessage())
        var begin = ContinuousClock.now
        // The first round trip waits for the connection and is not counted.
        for number in 0...peer.count {
            try socket.blocking.send(message)
            message = try socket.blocking.receive()
            peer.check(message)
            if number == 0 { begin = .now }
        }
        Peer.tellLatency(peer.count, since: begin)
    }
}
