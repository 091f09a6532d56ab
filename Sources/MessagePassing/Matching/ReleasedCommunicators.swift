/// The communicators that were released last: what still comes on one of them is nobody's, and need not be kept for one that
/// is yet to be made.
///
/// Messages come in the order in which a rank has sent them, so that none is late by very many communicators. Older ones are
/// forgotten: a program may make any number.
struct ReleasedCommunicators: Sendable {
    /// How many are remembered.
    static let most = 10_000

    private var ids: Set<UInt64> = []
    /// The same, of which the oldest is at ``oldest`` once there are as many as can be.
    private var order: [UInt64] = []
    private var oldest = 0

    var count: Int { ids.count }

    func contains(_ id: UInt64) -> Bool { ids.contains(id) }

    mutating func insert(_ id: UInt64) {
        guard ids.insert(id).inserted else { return }
        guard order.count == Self.most else {
            order.append(id)
            return
        }
        ids.remove(order[oldest])
        order[oldest] = id
        oldest = (oldest + 1) % Self.most
    }
}
