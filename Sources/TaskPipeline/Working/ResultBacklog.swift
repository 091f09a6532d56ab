import SwiftZMQ

/// The results of a worker that have not left: as long as they are here, the worker says that it has the tasks.
struct ResultBacklog: Sendable {
    private struct Entry: Sendable {
        let run: RunID
        let frame: Frame
        let numbers: NumberSet
        let size: Int
    }

    private var entries: [Entry] = []
    private var first = 0
    private(set) var bytes = 0
    /// Since when there have been some.
    private(set) var since: Moment?

    /// So many bytes are enough: no more tasks are asked for.
    static let enough = 256 << 20

    var isEmpty: Bool { first == entries.count }
    var isCongested: Bool { bytes >= Self.enough }

    /// The tasks of a run that are in it.
    func numbers(of run: RunID) -> NumberSet {
        var numbers = NumberSet()
        for entry in entries[first...] where entry.run == run { numbers.formUnion(entry.numbers) }
        return numbers
    }

    mutating func append(_ frame: Frame, of run: RunID, numbers: NumberSet, size: Int, at now: Moment) {
        entries.append(Entry(run: run, frame: frame, numbers: numbers, size: size))
        bytes += size
        if since == nil { since = now }
    }

    /// Hands out what there is, in order, for as long as it is taken.
    ///
    /// - Returns: whether something was taken.
    mutating func flush<Failure: Error>(_ send: (Frame) throws(Failure) -> Bool) throws(Failure) -> Bool {
        let before = first
        while first < entries.count, try send(entries[first].frame) {
            bytes -= entries[first].size
            first += 1
        }
        guard first > before else { return false }
        if isEmpty {
            entries.removeAll(keepingCapacity: true)
            first = 0
            since = nil
        } else if first >= 256 {
            entries.removeSubrange(..<first)
            first = 0
        }
        return true
    }
}
