/// A list of slots in some order; the links between them are in a ``SlotLinks``.
struct SlotList {
    fileprivate(set) var first = -1
    fileprivate(set) var last = -1
    fileprivate(set) var count = 0
    var isEmpty: Bool { count == 0 }
}

/// The links of doubly linked lists over slots, each of which is in at most one list: every operation is O(1) and
/// allocates nothing.
struct SlotLinks {
    private var next: [Int32] = []
    private var previous: [Int32] = []

    /// The slot behind another, or -1.
    func slot(after slot: Int) -> Int { Int(next[slot]) }

    mutating func append(_ slot: Int, to list: inout SlotList) {
        insert(slot, between: list.last, and: -1, in: &list)
    }

    /// Puts a slot before another one of the list, or at the end for -1.
    mutating func insert(_ slot: Int, before other: Int, in list: inout SlotList) {
        insert(slot, between: other < 0 ? list.last : Int(previous[other]), and: other, in: &list)
    }

    mutating func remove(_ slot: Int, from list: inout SlotList) {
        let before = Int(previous[slot])
        let after = Int(next[slot])
        if before < 0 { list.first = after } else { next[before] = Int32(after) }
        if after < 0 { list.last = before } else { previous[after] = Int32(before) }
        list.count -= 1
    }

    private mutating func insert(_ slot: Int, between before: Int, and after: Int, in list: inout SlotList) {
        while next.count <= slot {
            next.append(-1)
            previous.append(-1)
        }
        previous[slot] = Int32(before)
        next[slot] = Int32(after)
        if before < 0 { list.first = slot } else { next[before] = Int32(slot) }
        if after < 0 { list.last = slot } else { previous[after] = Int32(slot) }
        list.count += 1
    }
}
