import Glibc
import UnixSignals

/// What is known of the terminal behind a descriptor, if there is one.
public struct Terminal: Sendable {
    /// Columns and lines of characters.
    public struct Size: Hashable, Sendable {
        /// The characters of a line.
        public var columns: Int
        /// The lines of the screen.
        public var lines: Int

        /// A size.
        public init(columns: Int, lines: Int) {
            self.columns = columns
            self.lines = lines
        }
    }

    private let descriptor: Int32

    /// The terminal behind standard output; nil when it is a pipe or a file, or a terminal that cannot move its cursor.
    public static var standardOutput: Terminal? { Terminal(STDOUT_FILENO) }

    /// The terminal behind standard error; nil when it is a pipe or a file, or a terminal that cannot move its cursor.
    public static var standardError: Terminal? { Terminal(STDERR_FILENO) }

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    private init?(_ descriptor: Int32) {
        // A terminal of which nothing is known is taken for one that can do nothing.
        guard isatty(descriptor) == 1, !["", "dumb"].contains(Self.variable("TERM") ?? "") else { return nil }
        self.descriptor = descriptor
    }

    /// Whether colours are welcome: not where `NO_COLOR` is set to anything (https://no-color.org).
    public var allowsColor: Bool { Self.variable("NO_COLOR") ?? "" == "" }

    /// The present size; what the terminal does not say is taken from `COLUMNS` and `LINES`, and else is 80 by 24.
    public var size: Size {
        var window = winsize()
        let known = ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0
        func side(_ told: UInt16, _ name: String, _ usual: Int) -> Int {
            if known, told > 0 { return Int(told) }
            return Self.variable(name).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? usual
        }
        return Size(columns: side(window.ws_col, "COLUMNS", 80), lines: side(window.ws_row, "LINES", 24))
    }

    /// The columns of standard output where that is a terminal, one that cannot move its cursor included; else nil.
    public static var columnsOfStandardOutput: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        return Terminal(descriptor: STDOUT_FILENO).size.columns
    }

    /// Whether standard input is a terminal, at which keys can be pressed.
    public static var isStandardInput: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether the locale says that text is UTF-8, so that other characters than ASCII's can be shown.
    public static var speaksUnicode: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
        return locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
    }

    /// Yields whenever the size may have changed (SIGWINCH), from now on.
    public static func resizes() async -> AsyncStream<Void> {
        let signals = await UnixSignalsSequence(trapping: .sigwinch)
        // Many changes of which nobody took notice are one.
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        Task {
            for await _ in signals { continuation.yield() }
        }
        return stream
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
