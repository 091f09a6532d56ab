/// One rank's part in the agreement of all on who has died and what becomes of communicators.
///
/// Decisions are numbered, and the same on all survivors. The lowest rank that is not taken for dead leads. It asks all for
/// what they know, puts that together, has all accept it, and then it is decided. When the leader dies, the next asks what
/// has been accepted already, and takes that over: what any survivor could have been told stays true. A rank that is given
/// up is not waited for; if it lives all the same, it learns that it has been excluded.
///
/// This is Paxos in which the leader's rank is the number of its ballot, and in which all that are not given up must agree, not
/// a majority: one survivor of many is enough.
struct Membership: Sendable {
    /// What is to be done.
    enum Effect: Equatable, Sendable {
        case send(MembershipMessage, to: Int)
        /// The next decision.
        case decide(Knowledge)
        /// The others have decided without this rank, which takes part in nothing any more.
        case exclude
    }

    let rank: Int
    let size: Int
    private(set) var decisions: [Knowledge] = []
    /// All that this rank has been told.
    private(set) var known = Knowledge()
    private(set) var isExcluded = false

    /// The highest leader that has asked for the next decision.
    private var promisedTo = -1
    private var accepted: MembershipMessage.Acceptance?
    private var leading: Leading?

    /// What a leader has been answered.
    private struct Leading: Sendable {
        var promises: [Int: MembershipMessage.Promise] = [:]
        var proposal: Knowledge?
        var acceptances: Set<Int> = []
    }

    init(rank: Int, size: Int) {
        self.rank = rank
        self.size = size
    }

    /// What has been decided so far.
    var decided: Knowledge { decisions.last ?? Knowledge() }

    private var number: Int { decisions.count }
    private var participants: [Int] { (0..<size).filter { !known.failed.contains($0) } }

    // MARK: Events

    /// Takes in what this rank has found out.
    mutating func learn(_ knowledge: Knowledge) -> [Effect] {
        guard !isExcluded else { return [] }
        let before = known
        known.merge(knowledge)
        guard known != before else { return [] }
        var effects = participants.filter { $0 != rank }.map { Effect.send(.tell(known), to: $0) }
        proceed(&effects)
        return effects
    }

    /// Takes in what another rank says.
    mutating func receive(_ message: MembershipMessage, from sender: Int) -> [Effect] {
        guard !isExcluded else { return [] }
        var effects: [Effect] = []
        switch message {
        case .tell(let knowledge):
            // What was told by one that is given up may have come late, and is as true as ever. It is passed on, as whoever
            // told it may have died before all had heard.
            let before = known
            known.merge(knowledge)
            if known != before {
                effects += participants.filter { $0 != rank && $0 != sender }.map { .send(.tell(known), to: $0) }
            }
        case .prepare(let leader, let decisions):
            catchUp(decisions, &effects)
            guard decisions.count == number else {
                // The leader lags behind.
                effects.append(.send(.decided(self.decisions), to: sender))
                break
            }
            guard leader >= promisedTo, !isExcluded else { break }
            promisedTo = leader
            let promise = MembershipMessage.Promise(
                leader: leader, number: number, knowledge: known, accepted: accepted)
            answer(.promise(promise), to: leader, &effects)
        case .promise(let promise):
            guard promise.leader == rank, promise.number == number else { break }
            known.merge(promise.knowledge)
            leading?.promises[sender] = promise
        case .accept(let leader, let number, let decision):
            guard number == self.number, leader >= promisedTo else { break }
            promisedTo = leader
            accepted = MembershipMessage.Acceptance(leader: leader, decision: decision)
            answer(.accepted(leader: leader, number: number), to: leader, &effects)
        case .accepted(let leader, let number):
            guard leader == rank, number == self.number else { break }
            leading?.acceptances.insert(sender)
        case .decided(let decisions):
            catchUp(decisions, &effects)
        }
        proceed(&effects)
        return effects
    }

    // MARK: Leading

    /// Does what follows from what is known by now.
    private mutating func proceed(_ effects: inout [Effect]) {
        while !isExcluded {
            if known.failed.contains(rank) {
                exclude(&effects)
                return
            }
            guard participants.first == rank else { return }
            guard let leading else {
                guard known.isNews(to: decided) else { return }
                self.leading = Leading()
                sendToAll(.prepare(leader: rank, decisions: decisions), &effects)
                continue
            }
            if let proposal = leading.proposal {
                guard leading.acceptances.isSuperset(of: participants) else { return }
                decide(proposal, &effects)
                sendToAll(.decided(decisions), &effects, evenToFailed: true)
                continue
            }
            guard Set(leading.promises.keys).isSuperset(of: participants) else { return }
            let acceptances = leading.promises.values.compactMap(\.accepted)
            var proposal = acceptances.max { $0.leader < $1.leader }?.decision ?? known
            proposal.merge(decided)
            self.leading?.proposal = proposal
            sendToAll(.accept(leader: rank, number: number, proposal), &effects)
        }
    }

    /// Sends to everybody, this rank included, which answers at once.
    private mutating func sendToAll(
        _ message: MembershipMessage, _ effects: inout [Effect], evenToFailed: Bool = false
    ) {
        let receivers = evenToFailed ? Array(0..<size) : participants
        effects += receivers.filter { $0 != rank }.map { .send(message, to: $0) }
        switch message {
        case .prepare(let leader, _):
            promisedTo = max(promisedTo, leader)
            let promise = MembershipMessage.Promise(
                leader: leader, number: number, knowledge: known, accepted: accepted)
            leading?.promises[rank] = promise
        case .accept(let leader, _, let decision):
            accepted = MembershipMessage.Acceptance(leader: leader, decision: decision)
            leading?.acceptances.insert(rank)
        default: break
        }
    }

    private func answer(_ message: MembershipMessage, to leader: Int, _ effects: inout [Effect]) {
        effects.append(.send(message, to: leader))
    }

    // MARK: Deciding

    private mutating func catchUp(_ others: [Knowledge], _ effects: inout [Effect]) {
        for decision in others.dropFirst(number) where !isExcluded { decide(decision, &effects) }
    }

    private mutating func decide(_ decision: Knowledge, _ effects: inout [Effect]) {
        decisions.append(decision)
        known.merge(decision)
        promisedTo = -1
        accepted = nil
        leading = nil
        guard !decision.failed.contains(rank) else {
            exclude(&effects)
            return
        }
        effects.append(.decide(decision))
    }

    private mutating func exclude(_ effects: inout [Effect]) {
        isExcluded = true
        effects.append(.exclude)
    }
}
