import SwiftZMQ

/// The results of a message, each made when it is asked for. The whole message has been looked at before.
struct ReceivedResults {
    /// The run they belong to.
    let run: RunID
    /// The worker's name.
    let worker: String
    /// How many there are.
    let count: Int
    private let bytes: [UInt8]
    /// Where in the bytes the results lie, one behind the other.
    private let range: Range<Int>

    init(_ message: Message) throws(WireError) {
        var reader = try WireReader(message)
        guard reader.kind == .results else { throw WireError("a worker does not send it to a collector") }
        run = reader.run
        worker = try reader.string()
        bytes = reader.bytes
        range = reader.position..<bytes.count
        var count = 0
        while !reader.isAtEnd {
            let head = try reader.record(ResultHead.self)
            try reader.skip(head.textCount + head.outputCount + head.errorsCount)
            count += 1
        }
        self.count = count
    }

    /// The numbers that stand before a result.
    @inline(__always)
    func head(at position: Int) -> ResultHead {
        precondition(range.contains(position), "there is no result at the end of a message")
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: ResultHead.self) }
    }

    /// Calls a closure with the text and the output of a result, which stay valid only while it runs.
    @inline(__always)
    func withTextAndOutput<Result>(
        at position: Int, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let head = head(at: position)
        let text = position + MemoryLayout<ResultHead>.size
        let output = text + head.textCount
        return bytes.withUnsafeBytes { bytes in
            body(
                UnsafeRawBufferPointer(rebasing: bytes[text..<output]),
                UnsafeRawBufferPointer(rebasing: bytes[output..<output + head.outputCount]))
        }
    }
}

extension ReceivedResults: Collection {
    var startIndex: Int { range.lowerBound }
    var endIndex: Int { range.upperBound }

    @inline(__always)
    func index(after position: Int) -> Int {
        let head = head(at: position)
        return position + MemoryLayout<ResultHead>.size + head.textCount + head.outputCount + head.errorsCount
    }

    /// Text and output are parts of the message, not copies.
    subscript(position: Int) -> TaskResult {
        let head = head(at: position)
        let text = position + MemoryLayout<ResultHead>.size
        let output = text + head.textCount
        let errors = output + head.outputCount
        return TaskResult(
            number: head.number, worker: worker, status: head.status, nanoseconds: head.nanoseconds,
            text: bytes[text..<output], output: bytes[output..<errors],
            errors: bytes[errors..<errors + head.errorsCount], label: head.label, started: head.started,
            attempt: head.attempt, isFinal: head.isFinal)
    }
}
