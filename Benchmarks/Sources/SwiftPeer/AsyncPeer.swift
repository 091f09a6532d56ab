import SwiftZMQ

/// An end that suspends where it would have to wait, on whatever executor its task runs.
struct AsyncPeer: Sendable {
    let peer: Peer
    /// Whether messages are taken from a sequence instead of being asked for one by one.
    let iterates: Bool

    func run() async throws {
        let context = try Context()
        switch peer.role {
        case .pull:
            let socket = try Pull(context)
            Peer.tell(try socket.bind(peer.endpoint))
            try await receiveMany(socket)
        case .push:
            let socket = try Push(context)
            try socket.connect(peer.endpoint)
            try await sendMany(socket)
            Peer.waitForEndOfInput()
        case .reply:
            let socket = try Reply(context)
            Peer.tell(try socket.bind(peer.endpoint))
            try await answer(socket)
            Peer.waitForEndOfInput()
        case .request:
            let socket = try Request(context)
            try socket.connect(peer.endpoint)
            try await ask(socket)
        case .throughput:
            let (here, there) = (try Pull(context), try Push(context))
            try there.connect(here.bind(peer.endpoint))
            async let other: Void = sendMany(there)
            try await receiveMany(here)
            try await other
        case .latency:
            let (here, there) = (try Request(context), try Reply(context))
            try there.connect(here.bind(peer.endpoint))
            async let other: Void = answer(there)
            try await ask(here)
            try await other
        }
    }

    private func receiveMany(_ socket: Pull) async throws {
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

    private func sendMany(_ socket: Push) async throws {
        if peer.frames == 1 {
            for _ in 0...peer.count { try await socket.send(peer.makeMessage()) }
        } else {
            for _ in 0...peer.count { try await socket.send(peer.makeMultipart()) }
        }
    }

    private func answer(_ socket: Reply) async throws {
        for _ in 0...peer.count {
            let message = try await socket.receive()
            peer.check(message)
            try await socket.send(message)
        }
    }

    private func ask(_ socket: Request) async throws {
        var message = peer.makeMultipart()
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
