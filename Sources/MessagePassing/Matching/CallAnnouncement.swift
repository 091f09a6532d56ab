/// What a rank tells of a collective operation that it waits in.
struct CallAnnouncement: Hashable, Sendable, Codable {
    var communicator: UInt64
    var sequence: UInt64
    var call: CollectiveCall
}
