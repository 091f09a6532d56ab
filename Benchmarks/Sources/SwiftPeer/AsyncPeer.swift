import SwiftZMQ

/// An end that suspends where it would have to wait, on whatever executor its task runs.
struct AsyncPeer: Sendable {
    let peer: Peer
    let way: Way

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
            let start = Start()
            try await sendMany(socket)
            start.waitForEndOfInput()
        case .reply:
            let socket = try Reply(context)
            Peer.tell(try socket.bind(peer.endpoint))
            let start = Start()
            try await answer(socket)
            start.waitForEndOfInput()
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
        let start = Start()
        var left = peer.count
        switch way {
        case .sequence:
            for try await message in socket.messages {
                peer.check(message)
                left -= 1
                if left == 0 { break }
            }
        case .sequenceBatch:
            for try await messages in socket.messages.batches(upTo: Peer.batch) {
                for message in messages { peer.check(message) }
                left -= messages.count
                if left == 0 { break }
            }
        case .asyncBatch, .poolBatch:
            while left > 0 {
                let messages = try await socket.receive(upTo: Peer.batch)
                for message in messages { peer.check(message) }
                left -= messages.count
            }
        default:
            while left > 0 {
                peer.check(try await socket.receive())
                left -= 1
            }
        }
        start.tellThroughput(peer.count)
    }

    private func sendMany(_ socket: Push) async throws {
        switch way {
        case .sequenceBatch, .asyncBatch, .poolBatch:
            for range in peer.batches {
                if peer.frames == 1 {
                    try await socket.send(contentsOf: range.lazy.map { _ in peer.makeFrame() })
                } else {
                    try await socket.send(contentsOf: range.lazy.map { _ in peer.makeMessage() })
                }
            }
        default:
            if peer.frames == 1 {
                for _ in 0...peer.count { try await socket.send(peer.makeFrame()) }
            } else {
                for _ in 0...peer.count { try await socket.send(peer.makeMessage()) }
            }
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
        var message = peer.makeMessage()
        var start = Start()
        // The first round trip waits for the connection and is not counted.
        for number in 0...peer.count {
            try await socket.send(message)
            message = try await socket.receive()
            peer.check(message)
            if number == 0 { start = Start() }
        }
        start.tellLatency(peer.count)
    }
}
