import SwiftZMQ

// Several messages at once.

extension HammerActor {
    /// Tries to send a message as a batch, in one of all ways.
    nonisolated(nonsending) mutating func sendBatch(of message: Message, on socket: some SendingSocket) async throws
        -> Attempt<Void>
    {
        switch draw(0..<4) {
        case 0:
            return try await doing("send of a batch") { try await .of { try await socket.send(contentsOf: [message]) } }
        case 1:
            let timeout = drawTime(upTo: .microseconds(1500))
            return try await doing("send of a batch, \(timeout)") {
                try await .of { try await socket.send(contentsOf: [message], timeout: timeout) }
            }
        case 2:
            let attempt = try await Attempt.of { try socket.trySend(contentsOf: [message]) == 1 ? () : nil }
            if case .gaveUp = attempt { await Task.yield() }
            return attempt
        default:
            var copy = self
            defer { self = copy }
            return try await doing("send of a batch, to be cancelled") {
                try await .of { try await copy.cancelling { try await socket.send(contentsOf: [message]) } }
            }
        }
    }

    /// Sends messages as a batch, in a way that tells how many were sent, counted from the first.
    nonisolated(nonsending) mutating func send(_ messages: [Message], on socket: some SendingSocket) async throws
        -> Attempt<Int>
    {
        if chance(50) {
            await Task.yield()
            return try await .of { try socket.trySend(contentsOf: messages) }
        }
        return try await doing("send of \(messages.count)") {
            try await .of {
                try await socket.send(contentsOf: messages)
                return messages.count
            }
        }
    }

    /// Tries to receive one message or several, in one of all ways.
    nonisolated(nonsending) mutating func receiveSome(on socket: some ReceivingSocket) async throws
        -> Attempt<[Message]>
    {
        switch draw(0..<10) {
        case 0: return try await doing("receive up to 3") { try await .of { try await socket.receive(upTo: 3) } }
        case 1:
            let timeout = drawTime(upTo: .microseconds(1500))
            return try await doing("receive up to 3, \(timeout)") {
                try await .of { try await socket.receive(upTo: 3, timeout: timeout) }
            }
        case 2:
            let attempt = try await Attempt.of { try socket.tryReceive(upTo: 3).nonEmpty }
            if case .gaveUp = attempt { await Task.yield() }
            return attempt
        case 3:
            return try await doing("next batch of the sequence") {
                var batches = socket.messages.batches(upTo: 3).makeAsyncIterator()
                return try await .of {
                    guard let batch = try await batches.next() else { throw CancellationError() }
                    return batch
                }
            }
        case 4:
            var copy = self
            defer { self = copy }
            return try await doing("receive up to 3, to be cancelled") {
                try await .of { try await copy.cancelling { try await socket.receive(upTo: 3) } }
            }
        default: return try await receive(on: socket).map { [$0] }
        }
    }

    /// As `receiveSome`, on a thread.
    mutating func receiveSomeBlocking(on socket: some ReceivingSocket) throws -> Attempt<[Message]> {
        guard chance(40) else { return try receiveBlocking(on: socket).map { [$0] } }
        if chance(20) { return try Attempt { try socket.tryReceive(upTo: 3).nonEmpty } }
        let timeout = drawTime(upTo: .milliseconds(3))
        return try doingOnThread("blocking receive up to 3, \(timeout)") {
            try Attempt { try socket.blocking.receive(upTo: 3, timeout: timeout) }
        }
    }
}

extension [Message] {
    fileprivate var nonEmpty: [Message]? { isEmpty ? nil : self }
}

extension Hammer {
    /// Notes how many of a batch were sent.
    func settle(_ parcels: [Parcel], _ attempt: Attempt<Int>) {
        switch attempt {
        case .done(let count):
            for (place, parcel) in parcels.enumerated() { ledger.settle(parcel, wasSent: place < count) }
        // How many were sent by then, nobody knows.
        case .gaveUp: break
        case .failed(let code): ledger.violate("a send of several failed with \(code)")
        }
    }

    /// Notes what was received.
    ///
    /// - Parameter isClosing: whether the socket may have been closed.
    func take(_ attempt: Attempt<[Message]>, isClosing: Bool = false) {
        switch attempt {
        case .done(let messages): for message in messages { ledger.take(message) }
        case .gaveUp: break
        case .failed(let code):
            if isClosing, code == .closed || code == .terminated { return }
            ledger.violate("a receive failed with \(code)")
        }
    }
}
