import Foundation
import SwiftZMQ

/// An end that blocks its thread.
struct BlockingPeer: Sendable {
    let peer: Peer

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
            try sendMany(socket)
            Peer.waitForEndOfInput()
        case .reply:
            let socket = try Reply(context)
            Peer.tell(try socket.bind(peer.endpoint))
            try answer(socket)
            Peer.waitForEndOfInput()
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
        let begin = ContinuousClock.now
        for _ in 0..<peer.count {
            peer.check(try socket.blocking.receive())
        }
        Peer.tellThroughput(peer.count, since: begin)
    }

    private func sendMany(_ socket: Push) throws {
        if peer.frames == 1 {
            for _ in 0...peer.count { try socket.blocking.send(peer.makeMessage()) }
        } else {
            for _ in 0...peer.count { try socket.blocking.send(peer.makeMultipart()) }
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
        var message = peer.makeMultipart()
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
