import PublishSubscribe
import SwiftZMQ
import Testing

@Suite struct TableTests {
    private func table(_ topics: [String: Int], seconds: Int = 1, capacity: Int = 100) -> TopicTable {
        var table = TopicTable(capacity: capacity)
        for _ in 0..<seconds {
            for (topic, count) in topics.sorted(by: { $0.key < $1.key }) {
                for number in 0..<count { table.record(Update([Frame("\(topic) \(number)")], format: .singleFrame)) }
            }
            table.tick(after: .seconds(1))
        }
        return table
    }

    @Test func `A row has rate, bytes, total and last value`() throws {
        let row = try #require(table(["a": 3], seconds: 2).busiest(1).first)
        #expect(row.topic == "a")
        #expect(row.rates == [3, 3] && row.rate == 3)
        #expect(row.byteRate == 9)
        #expect(row.count == 6 && row.bytes == 18)
        #expect(row.last == "2")
    }

    @Test func `A rate is over the time that has really passed`() throws {
        var table = TopicTable()
        for _ in 0..<10 { table.record(Update(["a 1"], format: .singleFrame)) }
        table.tick(after: .milliseconds(2500))
        #expect(try #require(table.busiest(1).first).rate == 4)
    }

    @Test func `The busiest come first, and equals in the order of their names`() {
        #expect(table(["c": 1, "b": 5, "a": 1, "d": 9]).busiest(3).map { String($0.topic) } == ["d", "b", "a"])
    }

    @Test func `A topic that falls silent keeps its row and loses its rate`() throws {
        var table = table(["a": 4])
        for _ in 0..<10 { table.tick(after: .seconds(1)) }
        let row = try #require(table.busiest(1).first)
        #expect(row.rate == 0 && row.rates.count == 11 && row.count == 4)
    }

    @Test func `Only so many topics have a row, and the sum has all`() {
        let table = table(["a": 1, "b": 1, "c": 2], capacity: 2)
        #expect(table.count == 2)
        #expect(table.uncounted == 2)
        #expect(table.total.count == 4)
    }

    @Test func `A sparkline is as wide as told, its latest at the right, zero without a bar`() {
        #expect(Sparkline.text(of: [0, 1, 4, 8], width: 6, glyphs: .blocks) == "   ▂▅█")
        #expect(Sparkline.text(of: [1, 8], width: 1, glyphs: .ascii) == "#")
        #expect(Sparkline.text(of: [0, 0], width: 3, glyphs: .ascii) == "   ")
        #expect(Sparkline.text(of: [], width: 2, glyphs: .blocks) == "  ")
    }

    @Test(
        arguments: [
            ("short", 8, "short   "), ("exactly", 7, "exactly"), ("too long", 7, "too lo…"), ("", 2, "  "),
            ("ab", 1, "…"),
            ("می\u{200C}خ", 4, "می\u{200C}خ "), ("☁\u{FE0F}x", 4, "☁\u{FE0F}x "),
            ("1\u{FE0F}\u{20E3}k", 4, "1\u{FE0F}\u{20E3}k "),
            ("👨\u{200D}👩\u{200D}👧", 3, "👨\u{200D}👩\u{200D}👧 "), ("1\u{FE0F}\u{20E3}", 1, "…"), ("a\u{202E}b", 3, "a·b"),
            ("a\u{1B}[31mb\n", 9, "a·[31mb· "), ("日本語", 6, "日本語"), ("日本語", 5, "日本…"), ("日本語", 4, "日… "), ("x", 0, ""),
        ]
    )
    func `A cell is exactly as wide as its column and harmless`(text: String, width: Int, expected: String) {
        let cell = CellText(glyphs: .blocks)
        #expect(cell.left(text, width: width) == expected)
        #expect(cell.left(Frame(text), width: width) == expected)
        #expect(CellText.columns(of: expected) == width)
    }

    @Test func `Where there is only ASCII, a cell has nothing else`() {
        let cell = CellText(glyphs: .ascii)
        #expect(cell.left("é\u{1B}日x", width: 5) == "???x ")
        #expect(cell.left("abcdef", width: 4) == "abc>")
        #expect(CellText(glyphs: .blocks).left(Frame([0xFF, 0x61]), width: 3) == "\u{FFFD}a ")
    }

    @Test(
        arguments: [
            (0.5, "0.5"), (12, "12.0"), (99.96, "100"), (1234, "1234"), (9999, "9999"), (56_700, "56.7k"),
            (999_960, "1.0M"), (8_900_000, "8.9M"), (123_000_000, "123M"),
        ]
    )
    func `A rate is read at a glance`(number: Double, text: String) {
        #expect(Quantity.rate(number) == text)
    }

    @Test func `So are bytes and times`() {
        #expect(
            [0, 17, 1023, 1536, 1_048_576].map { Quantity.bytes($0) } == ["0 B", "17 B", "1023 B", "1536 B", "1.0 MiB"])
        #expect(Quantity.time(.seconds(7)) == "0:07")
        #expect(Quantity.time(.seconds(754)) == "12:34")
        #expect(Quantity.time(.seconds(3723)) == "1:02:03")
    }

    /// Every size a terminal may be given, from nothing to a large one.
    @Test(arguments: [1, 5, 12, 20, 31, 43, 60, 80, 81, 132, 250])
    func `Whatever the size, no line is wider than the screen and none is too many`(columns: Int) {
        let table = table(["10001": 3, "10002": 1, "a topic with a very long name indeed, longer than 40": 2, "d": 1])
        for lines in 1...12 {
            let layout = TableLayout(columns: columns, lines: lines, glyphs: .blocks)
            let text = layout.lines(of: table, source: "tcp://localhost:5556", after: .seconds(61))
            #expect(text.count == min(lines, 6))
            for line in text { #expect(CellText.columns(of: line) == columns, "\(columns)x\(lines): “\(line)”") }
        }
    }

    @Test func `A wide screen has every column, a narrow one the topic and its rate`() {
        let table = table(["10001": 3])
        let wide = TableLayout(columns: 100, lines: 10, glyphs: .blocks).lines(of: table, source: "s", after: .zero)
        for title in ["TOPIC", "RATE/S", "BYTES/S", "UPDATES", "LAST", "LAST VALUE"] {
            #expect(wide[1].contains(title))
        }
        #expect(wide[2].hasPrefix("10001"))
        #expect(wide[2].contains("█"))
        let narrow = TableLayout(columns: 20, lines: 10, glyphs: .blocks).lines(of: table, source: "s", after: .zero)
        #expect(narrow[2] == "10001           3.0 ")
    }

    @Test func `In 80 columns the figures of the head are whole, and the endpoints are cut`() {
        let table = table(["10001": 1000, "10002": 2345], seconds: 3)
        let layout = TableLayout(columns: 80, lines: 5, glyphs: .ascii)
        let source = "tcp://weather-station-of-the-north.example.org:5556 tcp://127.0.0.1:65535"
        let head = layout.lines(of: table, source: source, after: .seconds(3723))[0]
        #expect(head.contains("  2 topics  10035 updates  3345/s  ") && head.hasSuffix(" KiB/s  1:02:03"), "\(head)")
        #expect(head.count == 80)
        #expect(head.hasPrefix("tcp://"))
    }

    @Test func `In 80 columns the figures of the head are whole, also where there are more topics than rows`() {
        let table = table(["10001": 1000, "10002": 2345, "10003": 9999], seconds: 3, capacity: 2)
        func head(_ columns: Int) -> String {
            TableLayout(columns: columns, lines: 5, glyphs: .ascii)
                .lines(of: table, source: "tcp://weather-station-of-the-north.example.org:5556", after: .seconds(3723))[
                    0]
        }
        let narrow = head(80)
        #expect(narrow.contains("  2 topics  40032 updates  ") && narrow.hasSuffix(" KiB/s  1:02:03"), "\(narrow)")
        #expect(narrow.count == 80 && narrow.hasPrefix("tcp://weather"))
        #expect(head(120).contains("1:02:03  (29997 of further topics)"))
    }

    @Test func `On a terminal, a cell after other scripts is put in its column`() {
        var table = TopicTable()
        table.record(Update(["1\u{FE0F}\u{20E3} 1"], format: .singleFrame))
        table.record(Update(["ab 1"], format: .singleFrame))
        table.tick(after: .seconds(1))
        let layout = TableLayout(columns: 40, lines: 5, glyphs: .ascii, setsCursor: true)
        let lines = layout.lines(of: table, source: "s", after: .zero)
        #expect(lines.count { $0.contains("\u{1B}[13G") } == 0)
        let unicode = TableLayout(columns: 40, lines: 5, glyphs: .blocks, setsCursor: true)
        #expect(unicode.lines(of: table, source: "s", after: .zero).count { $0.contains("\u{1B}[13G") } == 1)
    }

    @Test func `A number of ten digits keeps its column`() {
        #expect(Quantity.count(999_999_999) == "999999999")
        #expect(Quantity.count(12_345_678_901) == "12.3G")
    }

    @Test func `What does not fit is counted`() {
        let table = table(["a": 5, "b": 4, "c": 3, "d": 2])
        let text = TableLayout(columns: 40, lines: 5, glyphs: .ascii).lines(of: table, source: "s", after: .zero)
        #expect(text.map { $0.prefix(1) } == ["4", "T", "a", "b", "a"])
        #expect(text[4].hasPrefix("and 2 more topics"))
    }
}
