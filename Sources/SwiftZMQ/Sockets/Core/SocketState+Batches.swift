import Synchronization

// Many messages sent under one lock: what each costs by itself is paid once for all of them.

extension SocketState {
    /// Gives messages to the socket one after the other, as long as there is room and nobody waits for it.
    ///
    /// - Parameters:
    ///   - range: which of them.
    ///   - core: the socket whose state this is, which knows what it may send.
    /// - Returns: how many were given, counted from the first.
    /// - Throws: what kept the first from being given. Of a later one it is met again when that is the first.
    mutating func give<Element: Outgoing>(
        each elements: [Element], _ range: Range<Int>, for core: SocketCore
    ) throws(ZMQError) -> Int {
        guard isUniform(core) else { return try giveOneByOne(elements, range, for: core) }
        let socket = try open(for: "send")
        let (count, bytes) = try Element.send(each: elements.span.extracting(range), through: socket)
        figures.sentMessages &+= count
        figures.sentBytes &+= bytes
        return count
    }

    /// Whether nothing has to be looked at between two messages: neither whose turn it is, nor which peer is meant, nor
    /// whether libzmq would keep the whole.
    private mutating func isUniform(_ core: SocketCore) -> Bool {
        senders.isEmpty && !core.kind.takesTurns && !core.kind.sendsToNamedPeers
            && !core.isConflating.load(ordering: .relaxed)
    }

    private mutating func giveOneByOne(
        _ elements: [some Outgoing], _ range: Range<Int>, for core: SocketCore
    ) throws(ZMQError) -> Int {
        var sent = 0
        do throws(ZMQError) {
            while sent < range.count {
                let element = elements[range.lowerBound + sent]
                try core.validate(element)
                guard maySend(element, core.kind), try give(element, core.kind) else { break }
                sent += 1
            }
        } catch {
            guard sent > 0 else { throw error }
        }
        return sent
    }
}
