import Foundation
import SwiftZMQ

/// An end that blocks its thread.
struct BlockingPeer: Sendable {
    let peer: Peer
    let way: Way

    func run() throws {
        let context = try Context()
        switch peer.role {
        case .pull:
            let socket = try Pull(context)
            Peer.tell(try socket.bind(peer.endpoint))
            try receiveMany(socket)
        case .push:
            let socket = try Push(context)
            try socket.connect(peer.endpoint)
            let start = Start()
            try sendMany(socket)
            start.waitForEndOfInput()
        case .reply:
            let socket = try Reply(context)
            Peer.tell(try socket.bind(peer.endpoint))
            let start = Start()
            try answer(socket)
            start.waitForEndOfInput()
        case .request:
            let socket = try Request(context)
            try socket.connect(peer.endpoint)
            try ask(socket)
        case .throughput:
            let (here, there) = (try Pull(context), try Push(context))
            try there.connect(here.bind(peer.endpoint))
            onOtherThread { try sendMany(there) }
            try receiveMany(here)
        case .latency:
            let (here, there) = (try Request(context), try Reply(context))
            try there.connect(here.bind(peer.endpoint))
            onOtherThread { try answer(there) }
            try ask(here)
        }
    }

    private func onOtherThread(_ body: @escaping @Sendable () throws -> Void) {
        Thread.detachNewThread {
            do {
                try body()
            } catch {
                fatalError("the other end: \(error)")
            }
        }
    }

    private func receiveMany(_ socket: Pull) throws {
        peer.check(try socket.blocking.receive())
        let start = Start()
        switch way {
        case .blockingBatch:
            var left = peer.count
            while left > 0 {
                let messages = try socket.blocking.receive(upTo: Peer.batch)
                for message in messages { peer.check(message) }
                left -= messages.count
            }
        default:
            for _ in 0..<peer.count { peer.check(try socket.blocking.receive()) }
        }
        start.tellThroughput(peer.count)
    }

    private func sendMany(_ socket: Push) throws {
        switch way {
        case .blockingBatch:
            for range in peer.batches {
                if peer.frames == 1 {
                    try socket.blocking.send(contentsOf: range.lazy.map { _ in peer.makeFrame() })
                } else {
                    try socket.blocking.send(contentsOf: range.lazy.map { _ in peer.makeMessage() })
                }
            }
        default:
            if peer.frames == 1 {
                for _ in 0...peer.count { try socket.blocking.send(peer.makeFrame()) }
            } else {
                for _ in 0...peer.count { try socket.blocking.send(peer.makeMessage()) }
            }
        }
    }

    private func answer(_ socket: Reply) throws {
        for _ in 0...peer.count {
            let message = try socket.blocking.receive()
            peer.check(message)
            try socket.blocking.send(message)
        }
    }

    private func ask(_ socket: Request) throws {
        var message = peer.makeMessage()
        var start = Start()
        // The first round trip waits for the connection and is not counted.
        for number in 0...peer.count {
            try socket.blocking.send(message)
            message = try socket.blocking.receive()
            peer.check(message)
            if number == 0 { start = Start() }
        }
        start.tellLatency(peer.count)
    }
}
