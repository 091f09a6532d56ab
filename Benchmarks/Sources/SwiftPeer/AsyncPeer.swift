import SwiftZMQ

/// An end that suspends where it would have to wait, on whatever executor its task runs.
struct AsyncPeer {
    let peer: Peer
    /// Whether messages are taken from a sequence instead of being asked for one by one.
    let iterates: Bool

    func run() async throws {
        let context = try Context()
        switch peer.role {
        case .pull: try await pull(Pull(context))
        case .push: try await push(Push(context))
        case .reply: try await reply(Reply(context))
        case .request: try await request(Request(context))
        }
    }

    private func pull(_ socket: Pull) async throws {
        Peer.tell(try socket.bind(peer.endpoint))
        peer.check(try await socket.receive())
        let begin = ContinuousClock.now
        var left = peer.count
        if iterates {
            for try await message in socket.messages {
                peer.check(message)
                left -= 1
                if left == 0 { break }
            }
        } else {
            while left > 0 {
                peer.check(try await socket.receive())
                left -= 1
            }
        }
        Peer.tellThroughput(peer.count, since: begin)
    }

    private func push(_ socket: Push) async throws {
        try socket.connect(peer.endpoint)
        for _ in 0...peer.count {
            try await socket.send(peer.makeMessage())
        }
        Peer.waitForEndOfInput()
    }

    private func reply(_ socket: Reply) async throws {
        Peer.tell(try socket.bind(peer.endpoint))
        for _ in 0...peer.count {
            let message = try await socket.receive()
            peer.check(message)
            try await socket.send(message)
        }
        Peer.waitForEndOfInput()
    }

    private func request(_ socket: Request) async throws {
        try socket.connect(peer.endpoint)
        var message = Multipart(peer.makeMessage())
        var begin = ContinuousClock.now
        // The first round trip waits for the connection and is not counted.
        for number in 0...peer.count {
            try await socket.send(message)
            message = try await socket.receive()
            peer.check(message)
            if number == 0 { begin = .now }
        }
        Peer.tellLatency(peer.count, since: begin)
    }
}
