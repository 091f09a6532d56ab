import SwiftZMQ

extension Sockets {
    /// Comes together with all others at rank 0; where each is reached, and the connections that were needed for it.
    ///
    /// - Parameter timeout: how long that may take.
    func join(_ configuration: WorldConfiguration) async throws -> (roster: [RosterEntry], toRankZero: Link?) {
        let deadline = ContinuousClock.now + configuration.joinTimeout
        guard rank > 0 else { return (try await gather(until: deadline), nil) }
        let link = try connectControl(to: configuration.rendezvous)
        try await link.dealer.send(Message(ControlMessage.join(own).frames))
        let answer: Message
        do {
            answer = try await link.dealer.receive(timeout: deadline - .now)
        } catch let error as ZMQError where error.code == .timedOut {
            throw MessagePassingError(
                .notJoined, ranks: [0],
                "no answer of rank 0 at \(configuration.rendezvous) within \(configuration.joinTimeout); it may not run, "
                    + "not all ranks have come, or the key is not that of this world (\(WorldConfiguration.Variable.keyFile))"
            )
        }
        switch ControlMessage(answer) {
        case .roster(let entries) where entries.count == configuration.size: return (entries, link)
        case .refused(let reason): throw MessagePassingError(.notJoined, ranks: [rank], "rank 0 refused: \(reason)")
        default:
            throw MessagePassingError(.notJoined, ranks: [0], "rank 0 answered something else than the list of ranks")
        }
    }

    /// Rank 0's part: waits until all have come, and tells them of each other.
    private func gather(until deadline: ContinuousClock.Instant) async throws -> [RosterEntry] {
        var roster = Roster(own)
        while true {
            if let entries = roster.complete {
                if let obstacle = roster.obstacle {
                    for entry in entries where entry.rank != rank {
                        try await answer(.refused(obstacle.explanation), to: entry.rank)
                    }
                    throw obstacle
                }
                for entry in entries where entry.rank != rank { try await answer(.roster(entries), to: entry.rank) }
                return entries
            }
            let message: Message
            do {
                message = try await control.receive(timeout: max(deadline - .now, .zero))
            } catch let error as ZMQError where error.code == .timedOut {
                let ranks = roster.missing
                throw MessagePassingError(
                    .notJoined, ranks: ranks,
                    "\(MessagePassingError.list(ranks)) did not come in time; were they started?")
            }
            guard let sender = message.first, case .join(let entry) = ControlMessage(message.dropFirst()) else {
                continue
            }
            guard let reason = roster.add(entry) else { continue }
            try await control.send(Message(sender, followedBy: ControlMessage.refused(reason).frames))
        }
    }

    private func answer(_ message: ControlMessage, to rank: Int) async throws {
        try await control.send(Message(RankName.frame(rank), followedBy: message.frames))
    }
}
