/// How a result is written.
public enum ResultFormat: String, CaseIterable, Sendable {
    /// The output alone, with a newline added where it lacks one; nothing where there is none.
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
            result.label.append(result.output, of: result.text, to: &bytes)
        case .json:
            var line = JSONLine(number: result.number)
            line.add("text", result.text)
            line.add("worker", result.worker)
            line.add("duration", nanoseconds: result.nanoseconds)
            if let word = TaskStatus.word(result.status) {
                line.add("status", word)
            } else {
                line.add("status", TaskStatus.number(result.status))
            }
            line.add("output", result.output)
            line.finish(into: &bytes)
        }
    }

    /// Appends an output of which nothing else is known, as in the plain chain.
    public func append(
        plainOutput output: ArraySlice<UInt8>, number: TaskNumber, label: OutputLabel = .none, to bytes: inout [UInt8]
    ) {
        switch self {
        case .text:
            label.append(output, of: [], to: &bytes)
        case .json:
            var line = JSONLine(number: number)
            line.add("output", output)
            line.finish(into: &bytes)
        }
    }
}
