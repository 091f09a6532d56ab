import Synchronization

/// Progress on standard error: on a terminal one line that refreshes itself, elsewhere a line now and then.
///
/// Whatever else is said while it runs goes through ``say(_:)``, so that it does not land in the middle of the line.
public final class Progress: Sendable {
    private struct State {
        /// What stands on the terminal's last line.
        var shown = ""
    }

    private let terminal: Terminal?
    private let isQuiet: Bool
    private let state = Mutex(State())

    /// How often the line of a terminal is refreshed.
    static let refreshInterval = Duration.milliseconds(200)
    /// How often a line is written where there is no terminal.
    static let lineInterval = Duration.seconds(10)

    /// Shows nothing before ``run(_:)``.
    ///
    /// - Parameter isQuiet: whether it shows nothing at all but what is said.
    public init(isQuiet: Bool = false) {
        terminal = Terminal.standardError
        self.isQuiet = isQuiet
    }

    /// Shows a line again and again until the task is cancelled.
    ///
    /// - Parameter line: makes it, for a width in characters; nil where it may be of any width.
    public func run(_ line: @Sendable (_ width: Int?) -> String) async {
        while (try? await Task.sleep(for: terminal == nil ? Self.lineInterval : Self.refreshInterval)) != nil {
            if isQuiet { continue }
            if let terminal {
                // The last column stays free: some terminals begin a new line when it is filled.
                let text = String(line(terminal.size.columns - 1).prefix(max(terminal.size.columns - 1, 0)))
                state.withLock { state in
                    StandardStreams.printError("\r\(text)\u{1B}[K")
                    state.shown = text
                }
            } else {
                StandardStreams.printErrorLine(line(nil))
            }
        }
        clear()
    }

    /// Writes a line to standard error, above the line that refreshes itself.
    public func say(_ line: String) {
        state.withLock { state in
            guard !state.shown.isEmpty else { return StandardStreams.printErrorLine(line) }
            StandardStreams.printError("\r\(line)\u{1B}[K\n\(state.shown)\u{1B}[K")
        }
    }

    /// Writes bytes that end with a newline to standard error as they are, above the line that refreshes itself.
    public func pass(_ lines: some Collection<UInt8>) {
        let bytes = Array(lines)
        state.withLock { state in
            guard !state.shown.isEmpty else { return StandardStreams.printError(bytes) }
            StandardStreams.printError("\r\u{1B}[K")
            StandardStreams.printError(bytes)
            StandardStreams.printError("\(state.shown)\u{1B}[K")
        }
    }

    /// Takes the line that refreshes itself away.
    public func clear() {
        state.withLock { state in
            if !state.shown.isEmpty { StandardStreams.printError("\r\u{1B}[K") }
            state.shown = ""
        }
    }
}
