/// How a line of the log is written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// `TIME LEVEL LABEL: MESSAGE key=value …`, for people.
    case text
    /// One object a line, with `time`, `level`, `label`, `message` and the fields, for programs.
    case json
}
