import SwiftZMQ

/// All that a rank is but its sockets, its clock and its tasks: ``Engine`` and ``Membership`` together.
struct RankCore {
    /// What is to be done.
    enum Effect: Sendable {
        /// A message to a rank of the world.
        case send(Header, [Frame], to: Int)
        case tell(MembershipMessage, to: Int)
        case end(Engine.Ticket, Engine.Outcome)
        /// These ranks of the world are dead.
        case forget([Int])
    }

    private(set) var engine: Engine
    private(set) var membership: Membership
    private var lastTicket: Engine.Ticket = 0

    init(rank: Int, size: Int) {
        engine = Engine(rank: rank, size: size)
        membership = Membership(rank: rank, size: size)
    }

    /// A name for an operation.
    mutating func makeTicket() -> Engine.Ticket {
        lastTicket += 1
        return lastTicket
    }

    /// Has the engine do something, and the membership what follows.
    mutating func perform<Result, Failure: Error>(
        _ effects: inout [Effect], _ body: (inout Engine, inout [Engine.Effect]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var made: [Engine.Effect] = []
        let result = try body(&engine, &made)
        handle(made, &effects)
        return result
    }

    /// Takes in what another rank says.
    mutating func receive(_ message: MembershipMessage, from sender: Int, _ effects: inout [Effect]) {
        var message = message
        if case .tell(let knowledge) = message { message = .tell(engine.annotated(knowledge)) }
        handle(membership.receive(message, from: sender), &effects)
    }

    /// Takes ranks for dead.
    mutating func suspect(_ ranks: [Int], _ effects: inout [Effect]) {
        guard !ranks.isEmpty else { return }
        handle(membership.learn(Knowledge(failed: Set(ranks))), &effects)
    }

    private mutating func handle(_ made: [Engine.Effect], _ effects: inout [Effect]) {
        for effect in made {
            switch effect {
            case .send(let header, let frames, let receiver): effects.append(.send(header, frames, to: receiver))
            case .end(let ticket, let outcome): effects.append(.end(ticket, outcome))
            case .report(let knowledge): handle(membership.learn(engine.annotated(knowledge)), &effects)
            }
        }
    }

    private mutating func handle(_ made: [Membership.Effect], _ effects: inout [Effect]) {
        for effect in made {
            switch effect {
            case .send(let message, let receiver): effects.append(.tell(message, to: receiver))
            case .decide(let decision):
                perform(&effects) { engine, effects in engine.apply(decision, &effects) }
                effects.append(.forget(decision.failed.sorted()))
            case .exclude: perform(&effects) { engine, effects in engine.exclude(&effects) }
            }
        }
    }
}
