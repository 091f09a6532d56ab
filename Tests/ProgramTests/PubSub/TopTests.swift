import ProcessSupport
import Testing

/// `pubsub top` in a pseudo-terminal, and without one.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TopTests {
    let programs = Programs()

    private func terminal(_ columns: Int, _ lines: Int, _ arguments: String...) async throws -> RunningProgram {
        try await programs.keep(
            RunningProgram.python(
                [PackageFolder.path("Tests/Interop/terminal.py"), "\(columns)", "\(lines)", programs.pubsubPath]
                    + arguments))
    }

    /// The width of what a line shows, without the sequences that set the cursor and the style.
    private func width(_ line: String) -> Int {
        line.replacing(/\^\[\[[0-9;?]*[A-Za-z]/, with: "").count
    }

    @Test func `The table fits its terminal, also when that is resized`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "200/s", "--topics", "10000-10009")
        let terminal = try await terminal(90, 8, "top", "--connect", endpoint)
        try await terminal.output.wait(for: "^[[?1049h")
        try await terminal.output.wait(for: "BYTES/S", "UPDATES", "LAST VALUE")
        let row = try await terminal.output.wait(for: "^[[3;1H^[[K100")
        #expect(width(row) == 90, "\(row)")
        try await terminal.output.wait(for: "^[[8;1H^[[Kand 5 more topics")

        terminal.enter("resize 40 5")
        let last = try await terminal.output.wait(for: "^[[5;1H^[[Kand 8 more topics")
        #expect(width(last) == 40, "\(last)")
        let narrow = try #require(terminal.output.soFar.last { $0.hasPrefix("^[[3;1H^[[K") })
        #expect(width(narrow) == 40, "\(narrow)")

        terminal.enter("resize 120 30")
        let wide = try await terminal.output.wait(for: "^[[12;1H^[[K100")
        #expect(width(wide) == 120, "\(wide)")

        terminal.enter("press q")
        #expect(try await terminal.output.all().suffix(2) == ["echo on", "exited 0"])
    }

    @Test(arguments: ["q", #"\x03"#])
    func `It ends with q and Ctrl-C, gives the screen back and leaves the last table`(key: String) async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "200/s", "--topics", "5")
        let terminal = try await terminal(80, 24, "top", "--connect", endpoint)
        try await terminal.output.wait(for: "^[[3;1H^[[K5 ")
        terminal.enter("press \(key)")
        let lines = try await terminal.output.all()
        #expect(lines.suffix(2) == ["echo on", "exited 0"])
        let back = try #require(lines.lastIndex { $0.contains("^[[?25h^[[?1049l") })
        let after = lines[(back + 1)...]
        #expect(lines[back].contains(endpoint))
        #expect(after.contains { $0.hasPrefix("TOPIC") } && after.contains { $0.hasPrefix("5 ") }, "\(after)")
    }

    @Test(arguments: [(1, 129), (3, 131), (15, 0)])
    func `A signal gives the terminal back`(signal: Int, status: Int) async throws {
        let terminal = try await terminal(80, 24, "top", "--bind", "tcp://127.0.0.1:*")
        try await terminal.output.wait(for: "TOPIC")
        terminal.enter("signal \(signal)")
        let lines = try await terminal.output.all()
        #expect(lines.suffix(2) == ["echo on", "exited \(status)"])
        #expect(lines.contains { $0.contains("^[[?25h^[[?1049l") })
    }

    @Test func `A terminal that is closed ends it`() async throws {
        let terminal = try await terminal(80, 24, "top", "--bind", "tcp://127.0.0.1:*")
        try await terminal.output.wait(for: "TOPIC")
        terminal.enter("close")
        #expect(try await terminal.output.all().last == "exited 129")
    }

    @Test func `In 80 columns the head has all its figures, whatever the endpoints`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "200/s", "--topics", "5")
        let terminal = try await terminal(
            80, 24, "top", "--connect", endpoint, "--bind", "tcp://127.0.0.1:*", "--bind", "tcp://127.0.0.1:*")
        let head = try await terminal.output.wait(for: "1 topic", "updates", "/s  ", "B/s  0:0")
        #expect(width(head) == 80, "\(head)")
        terminal.enter("press q")
        _ = try await terminal.ending()
    }

    @Test func `Where the terminal's kind is unknown, the table is plain and fits`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "200/s", "--topics", "5")
        let terminal = try await programs.keep(
            RunningProgram.python([
                PackageFolder.path("Tests/Interop/terminal.py"), "80", "24", "/usr/bin/env", "-u", "TERM",
                programs.pubsubPath, "top", "--connect", endpoint, "--count", "1",
            ]))
        let lines = try await terminal.output.all()
        #expect(lines.last == "exited 0")
        #expect(lines.contains { $0.hasPrefix("TOPIC") })
        #expect(!lines.contains { $0.contains("^[") })
        #expect(lines.allSatisfy { $0.count <= 80 })
    }

    @Test func `Characters of several code points are shown whole, and the columns stay in line`() async throws {
        let topics = ["می\u{200C}خواهم", "☁\u{FE0F}x", "1\u{FE0F}\u{20E3}key", "👨\u{200D}👩\u{200D}👧fam"]
        let endpoint = try await programs.publisher(of: topics.map { "\($0) 1" }, to: 1)
        let terminal = try await terminal(80, 24, "top", "--connect", endpoint)
        for topic in topics {
            let row = try await terminal.output.wait(for: topic)
            // The next column begins where it is set, however wide the terminal takes the topic to be.
            #expect(row.contains(/\^\[\[\d+G +\d/), "\(row)")
        }
        terminal.enter("press q")
        _ = try await terminal.ending()
    }

    @Test func `What a publisher sends cannot command the terminal`() async throws {
        let endpoint = try await programs.publisher(of: [#"evil "# + "\u{1B}[2Jpayload\u{07}"], to: 1)
        let terminal = try await terminal(80, 24, "top", "--connect", endpoint)
        try await terminal.output.wait(for: "^[[3;1H^[[Kevil", "·[2Jpayload·")
        terminal.enter("press q")
        _ = try await terminal.ending()
    }

    @Test func `Of all topics those are shown that were asked for`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "200/s", "--topics", "10-39")
        let program = try programs.pubsub(
            "top", "--connect", endpoint, "--topic", "2", "--topic", "33", "--count", "2")
        #expect(try await program.ending() == .exited(0))
        let topics = Set(try await program.output.all().compactMap { Int($0.prefix { $0 != " " }) })
        #expect(!topics.isEmpty && topics.isSubset(of: Set(20...29).union([33])), "\(topics)")
    }

    @Test func `Without a terminal a table is printed every second`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "100/s", "--topics", "5")
        let program = try programs.pubsub("top", "--connect", endpoint, "--count", "2")
        #expect(try await program.ending() == .exited(0))
        let lines = try await program.output.all()
        #expect(lines.count { $0.hasPrefix("TOPIC") } == 2)
        #expect(lines.contains { $0.hasPrefix("5 ") })
        #expect(!lines.contains { $0.contains("\u{1B}") })
    }
}
