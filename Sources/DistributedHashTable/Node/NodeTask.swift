/// A lookup that is going on, and what it is for.
struct NodeTask: Sendable {
    /// What a lookup is for.
    enum Goal: Sendable {
        /// To learn of one's neighbours, and to be known by them.
        case join
        /// To learn of all nodes that share so many bits with the target, and to be known by them. Where more answer than one
        /// lookup finds, the range is halved, so many times at most.
        case explore(sharing: Int, halvings: Int)
        /// To learn of nodes in a range.
        case refresh
        /// To tell who is near.
        case neighbours(NodeOperation)
        /// To find a value.
        case find(NodeOperation)
        /// To store a value; those attempts are left.
        case store(NodeOperation, [UInt8], attempts: Int)
        /// To hand a value to those who are nearest to its key.
        case republish
    }

    let goal: Goal
    var lookup: Lookup
    /// What is being stored, once the lookup has ended.
    var value: StoredValue?
    /// The requests to store that are not answered yet.
    var storing = 0
    /// How many have taken the value, and how many of those who are to have it had it already.
    var taken = 0
    var had = 0
    /// The highest version of those that did not take it as they have a newer one.
    var newer: UInt64 = 0

    /// Whether nobody waits for it.
    var isBackground: Bool {
        switch goal {
        case .explore, .refresh, .republish: true
        case .join, .neighbours, .find, .store: false
        }
    }
}
