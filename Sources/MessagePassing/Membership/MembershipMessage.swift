/// What ranks tell each other to agree.
enum MembershipMessage: Hashable, Sendable, Codable {
    /// What the sender knows.
    case tell(Knowledge)
    /// The leader asks for what everybody knows, for a decision; decisions before this one are told.
    case prepare(leader: Int, decisions: [Knowledge])
    /// What a rank knows, and what an earlier leader had it accept for this decision.
    case promise(Promise)
    /// The leader wants a decision accepted.
    case accept(leader: Int, number: Int, Knowledge)
    /// It has been.
    case accepted(leader: Int, number: Int)
    /// All decisions so far.
    case decided([Knowledge])

    /// What a rank answers to a leader's question.
    struct Promise: Hashable, Sendable, Codable {
        var leader: Int
        var number: Int
        var knowledge: Knowledge
        var accepted: Acceptance?
    }

    /// What a rank has accepted, and of whom.
    struct Acceptance: Hashable, Sendable, Codable {
        var leader: Int
        var decision: Knowledge
    }
}
