/// How a result is written.
public enum ResultFormat: String, CaseIterable, Sendable {
    /// The output alone, with a newline added where it lacks one.
    case text
    /// One JSON object a line.
    case json

    /// Appends a result.
    ///
    /// `json` has `number`, `text`, `worker`, `duration` in seconds, `status` and `output`; where bytes are not UTF-8,
    /// `text_base64` or `output_base64` takes the place of `text` or `output`.
    public func append(_ result: TaskResult, to bytes: inout [UInt8]) {
        switch self {
        case .text:
            bytes.append(contentsOf: result.output)
            if result.output.last != newline { bytes.append(newline) }
        case .json:
            var line = JSONLine(number: result.number)
            line.add("text", result.text)
            line.add("worker", result.worker)
            line.add("duration", nanoseconds: result.nanoseconds)
            line.add("status", result.status)
            line.add("output", result.output)
            line.finish(into: &bytes)
        }
    }

    /// Appends an output of which nothing else is known, as in the plain chain.
    public func append(plainOutput output: ArraySlice<UInt8>, number: TaskNumber, to bytes: inout [UInt8]) {
        switch self {
        case .text:
            bytes.append(contentsOf: output)
            if output.last != newline { bytes.append(newline) }
        case .json:
            var line = JSONLine(number: number)
            line.add("output", output)
            line.finish(into: &bytes)
        }
    }
}

private let newline = UInt8(ascii: "\n")
