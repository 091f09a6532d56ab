import SwiftZMQ

extension Sockets {
    /// How long to wait for an answer before rank 0 is asked once more.
    private static let pause = Duration.seconds(1)

    /// Comes together with all others at rank 0; where each is reached.
    func join(_ configuration: WorldConfiguration) async throws -> [RosterEntry] {
        let deadline = ContinuousClock.now + configuration.joinTimeout
        guard rank > 0 else { return try await gather(until: deadline) }
        let asking = try connectToJoin(at: configuration.rendezvous)
        defer { asking.close() }
        guard let answer = try await ask(on: asking, until: deadline) else {
            throw MessagePassingError(
                .notJoined, ranks: [0],
                "no answer of rank 0 at \(configuration.rendezvous) within \(configuration.joinTimeout); it may not run, "
                    + "or the key is not that of this world (\(WorldConfiguration.Variable.keyFile))"
            )
        }
        switch ControlMessage(answer) {
        case .roster(let entries) where entries.count == configuration.size: return entries
        case .refused(let reason): throw MessagePassingError(.notJoined, ranks: [rank], "rank 0 refused: \(reason)")
        default:
            throw MessagePassingError(.notJoined, ranks: [0], "rank 0 answered something else than the list of ranks")
        }
    }

    /// Asks rank 0 to join, again and again, as a connection may break with what was asked or answered on it.
    ///
    /// - Returns: the answer; nil when there is none in time.
    private func ask(on dealer: Dealer, until deadline: ContinuousClock.Instant) async throws -> Message? {
        repeat {
            try await dealer.send(Message(ControlMessage.join(own).frames))
            do {
                return try await dealer.receive(timeout: min(Self.pause, max(deadline - .now, .zero)))
            } catch let error as ZMQError where error.code == .timedOut {
                continue
            }
        } while ContinuousClock.now < deadline
        return nil
    }

    /// Rank 0's part: waits until all have come, and tells them of each other.
    private func gather(until deadline: ContinuousClock.Instant) async throws -> [RosterEntry] {
        var roster = Roster(own)
        // By which connection each has asked last: none has a name before it has joined.
        var askers: [Int: Frame] = [:]
        func answer(_ message: ControlMessage) async throws {
            for asker in askers.values { try await control.send(Message(asker, followedBy: message.frames)) }
        }
        while true {
            if let entries = roster.complete {
                if let obstacle = roster.obstacle {
                    try await answer(.refused(obstacle.explanation))
                    throw obstacle
                }
                try await answer(.roster(entries))
                return entries
            }
            let message: Message
            do {
                message = try await control.receive(timeout: max(deadline - .now, .zero))
            } catch let error as ZMQError where error.code == .timedOut {
                let ranks = roster.missing
                let reason = "\(MessagePassingError.list(ranks)) did not come in time; were they started?"
                try await answer(.refused(reason))
                throw MessagePassingError(.notJoined, ranks: ranks, reason)
            }
            guard let asker = message.first, case .join(let entry) = ControlMessage(message.dropFirst()) else {
                continue
            }
            guard let reason = roster.add(entry) else {
                askers[entry.rank] = asker
                continue
            }
            try await control.send(Message(asker, followedBy: ControlMessage.refused(reason).frames))
        }
    }
}
