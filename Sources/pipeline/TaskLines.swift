import CommandLineSupport

/// The lines of an input that have been read and not been taken.
struct TaskLines {
    private var splitter: LineSplitter
    /// A line that was read by itself: one that was refused, or the last, which no newline ends.
    private var line: ArraySlice<UInt8>?
    /// The number of a line that is longer than allowed; nothing is taken after it.
    private(set) var tooLong: Int?

    init(_ splitter: LineSplitter) {
        self.splitter = splitter
    }

    /// Whether all that were read have been taken.
    var isTaken: Bool { line == nil }

    /// Adds what comes next in the input. Take every line out before.
    mutating func append(_ chunk: [UInt8]) { splitter.append(chunk) }

    /// Says that the input is at its end.
    mutating func finish() { splitter.finish() }

    /// The next line; nil when there is none before more is read.
    mutating func next() -> ArraySlice<UInt8>? {
        readLine()
        defer { line = nil }
        return line
    }

    /// Hands the lines to a closure, where they lie, for as long as it takes them.
    ///
    /// - Parameter take: gets a line's bytes, valid only while it runs, and says whether it took them.
    mutating func takeAll(_ take: (UnsafeRawBufferPointer) -> Bool) {
        while tooLong == nil {
            if let line {
                guard line.withUnsafeBytes(take) else { return }
                self.line = nil
            }
            splitter.takeLines(take)
            readLine()
            guard line != nil else { return }
        }
    }

    private mutating func readLine() {
        guard line == nil, tooLong == nil else { return }
        switch splitter.next() {
        case .whole(_, let bytes): line = bytes
        case .tooLong(let number): tooLong = number
        case nil: break
        }
    }
}
