/// A request whose answer is waited for.
struct PendingRequest: Sendable {
    /// What it was asked for.
    enum Purpose: Sendable {
        /// For a lookup, with its number.
        case lookup(UInt32)
        /// To store a value for the task with this number.
        case store(UInt32)
        /// To hand over the value of a key, which has so many bytes.
        case handOver(NodeID, bytes: Int)
        /// To leave a copy of a key's value on the path of a lookup.
        case copy(NodeID)
        /// To learn of a key's newer value, which somebody is known to have.
        case fetch(NodeID)
        /// To see whether somebody who was heard of is there.
        case probe
        /// To see whether a node is still there, whose place this one wants.
        case challenge(Contact)
        /// To join the network through an address.
        case bootstrap
        /// Because it was asked for.
        case ping(NodeOperation)
    }

    /// Who is asked; nil where only the address is known.
    let id: NodeID?
    let address: PeerAddress
    let purpose: Purpose
    let sent: Instant
    /// The request itself where it is to be sent once more if it is not answered.
    var again: PeerMessage.Body?

    /// Who is asked, and where; nil where only the address is known.
    var contact: Contact? { id.map { Contact(id: $0, address: address) } }
}
