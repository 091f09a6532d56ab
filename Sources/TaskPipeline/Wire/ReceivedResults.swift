import SwiftZMQ

/// The results of a message, each made when it is asked for. The whole message has been looked at before.
struct ReceivedResults: RandomAccessCollection {
    private struct Place {
        let head: ResultHead
        /// Where the text begins, behind which are the output and the errors.
        let start: Int
    }

    /// The run they belong to.
    let run: RunID
    /// The worker's name.
    let worker: String
    private let bytes: [UInt8]
    private let places: [Place]

    init(_ message: Message) throws(WireError) {
        var reader = try WireReader(message)
        guard reader.kind == .results else { throw WireError("a worker does not send it to a collector") }
        run = reader.run
        worker = try reader.string()
        bytes = reader.bytes
        var places: [Place] = []
        // As many as there is room for in the message, and no more than a worker sends at once.
        places.reserveCapacity(Swift.min(reader.remaining / MemoryLayout<ResultHead>.size, 1000))
        while !reader.isAtEnd {
            let head = try reader.record(ResultHead.self)
            let start = try reader.skip(head.textCount + head.outputCount + head.errorsCount)
            places.append(Place(head: head, start: start))
        }
        self.places = places
    }

    var startIndex: Int { 0 }
    var endIndex: Int { places.count }

    /// The task that a result is of, and whether no other attempt follows.
    func task(at index: Int) -> (number: TaskNumber, isFinal: Bool) {
        (places[index].head.number, places[index].head.isFinal)
    }

    /// Text and output are parts of the message, not copies.
    subscript(index: Int) -> TaskResult {
        let (head, text) = (places[index].head, places[index].start)
        let output = text + head.textCount
        let errors = output + head.outputCount
        return TaskResult(
            number: head.number, worker: worker, status: head.status, nanoseconds: head.nanoseconds,
            text: bytes[text..<output], output: bytes[output..<errors],
            errors: bytes[errors..<errors + head.errorsCount], label: head.label, started: head.started,
            attempt: head.attempt, isFinal: head.isFinal)
    }
}
