import CommandLineSupport
import PublishSubscribe

/// Where the table is shown: the whole screen of a terminal, or one table after another where there is none.
struct TableScreen: Sendable {
    private enum Event { case second, resize }

    private let source: String
    private let terminal = Terminal.standardOutput
    private let fullScreen: FullScreen?

    /// Whether it takes the whole screen of a terminal, where nothing else must be written.
    var isFull: Bool { fullScreen != nil }

    /// - Parameter source: what the first line begins with.
    init(source: String) {
        self.source = source
        fullScreen = terminal.map(FullScreen.init)
    }

    /// Takes the screen over, if there is one.
    func enter() { fullScreen?.enter() }

    /// Gives the screen back as it was.
    func leave() { fullScreen?.leave() }

    /// Waits for the key that ends it, where there are keys.
    func waitForQuit() async throws {
        if fullScreen != nil, Terminal.isStandardInput {
            let keys = StandardInput(chunkSize: 64)
            while let pressed = try? await keys.next() {
                if pressed.contains(UInt8(ascii: "q")) || pressed.contains(UInt8(ascii: "Q")) { return }
            }
        }
        // Where no keys come any more, the terminal has gone, and SIGHUP says so.
        try await Task.sleep(for: .seconds(1 << 32))
    }

    /// Shows a table every second and whenever the terminal's size changes, so many seconds long.
    func show(_ listener: TopicListener, resizes: AsyncStream<Void>, limit: Int?) async throws {
        // A terminal that is slow misses tables, and gets the latest.
        let (events, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(2))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let start = ContinuousClock.now
                for number in 1... {
                    try await Task.sleep(until: start + .seconds(number))
                    continuation.yield(.second)
                }
            }
            group.addTask { for await _ in resizes { continuation.yield(.resize) } }
            defer { group.cancelAll() }
            try await draw(listener, on: events, limit: limit)
        }
    }

    private func draw(_ listener: TopicListener, on events: AsyncStream<Event>, limit: Int?) async throws {
        var output = OutputBuffer()
        var seconds = 0
        if let fullScreen {
            fullScreen.draw(await lines(of: listener), to: &output)
            try await output.flush()
        }
        for await event in events {
            if event == .second {
                seconds += 1
                await listener.tick()
            }
            let lines = await lines(of: listener)
            if let fullScreen {
                fullScreen.draw(lines, to: &output)
            } else {
                output.append(lines.map { Self.withoutTrailingBlanks($0) + "\n" }.joined() + "\n")
            }
            try await output.flush()
            if let limit, seconds >= limit { return }
        }
    }

    /// Leaves the last table standing on the screen that was given back.
    func printLast(of listener: TopicListener) async throws {
        guard fullScreen != nil else { return }
        var output = OutputBuffer()
        let lines = await lines(of: listener, keepingLineForPrompt: true)
        output.append(lines.map { Self.withoutTrailingBlanks($0) + "\n" }.joined())
        try await output.flush()
    }

    private func lines(of listener: TopicListener, keepingLineForPrompt keeps: Bool = false) async -> [String] {
        let size = terminal?.size ?? Terminal.Size(columns: Terminal.columnsOfStandardOutput ?? 100, lines: 1 << 16)
        let layout = TableLayout(
            columns: size.columns, lines: size.lines - (keeps ? 1 : 0),
            glyphs: Terminal.speaksUnicode ? .blocks : .ascii, setsCursor: terminal != nil)
        return await listener.lines(layout, source: source)
    }

    private static func withoutTrailingBlanks(_ line: String) -> Substring {
        let end = line.lastIndex { $0 != " " }
        return end.map { line[...$0] } ?? ""
    }
}
