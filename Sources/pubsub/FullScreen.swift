import CommandLineSupport
import Glibc
import Synchronization

/// The alternate screen of a terminal, which gives way to what was there before, however the program ends.
///
/// Plain ANSI sequences, as every terminal of the past decades knows them, over ssh and in tmux as well.
struct FullScreen: Sendable {
    /// What must be put back at the end: nil when there is nothing.
    private struct Taken: Sendable {
        var isOnAlternateScreen = false
        var input: termios?
    }

    private static let taken = Mutex(Taken())

    private let terminal: Terminal

    init(_ terminal: Terminal) {
        self.terminal = terminal
    }

    /// Switches to the alternate screen, hides the cursor, and lets keys come one by one without an echo.
    func enter() {
        Self.taken.withLock { taken in
            guard !taken.isOnAlternateScreen else { return }
            taken.isOnAlternateScreen = true
            taken.input = Self.quietenInput()
        }
        // A forced end must not leave a terminal without echo and cursor behind.
        atexit { FullScreen.giveBack() }
        Self.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l")
    }

    /// Puts everything back; does nothing the second time.
    func leave() { Self.giveBack() }

    /// Appends what shows the lines in the place of those before.
    func draw(_ lines: [String], to output: inout OutputBuffer) {
        output.append("\u{1B}[H")
        for (number, line) in lines.enumerated() {
            // The cursor is set for each line, so that no line moves the others, and the last does not scroll.
            // What was there goes first: where a terminal draws a character narrower than was reckoned, a gap stays.
            output.append("\u{1B}[\(number + 1);1H\u{1B}[K")
            output.append(number == 1 && terminal.allowsColor ? "\u{1B}[7m\(line)\u{1B}[0m" : line)
        }
        output.append("\u{1B}[J")
    }

    /// Switches off echo, line-wise input and the key that suspends, which would leave the screen as it is.
    private static func quietenInput() -> termios? {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO | ICANON)
        withUnsafeMutableBytes(of: &quiet.c_cc) { characters in
            characters[Int(VSUSP)] = 0
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        return tcsetattr(STDIN_FILENO, TCSANOW, &quiet) == 0 ? before : nil
    }

    private static func giveBack() {
        let before = taken.withLock { taken in
            defer { taken = Taken() }
            return taken
        }
        guard before.isOnAlternateScreen else { return }
        write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
        if var input = before.input { tcsetattr(STDIN_FILENO, TCSANOW, &input) }
    }

    private static func write(_ text: String) {
        // At the end of a program nobody is left to tell that the terminal is gone.
        _ = Array(text.utf8).withUnsafeBytes { systemWrite(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}

// The method of the same name hides it.
private let systemWrite = write as @Sendable (Int32, UnsafeRawPointer?, Int) -> Int
