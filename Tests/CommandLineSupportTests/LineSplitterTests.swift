import CommandLineSupport
import Testing

@Suite struct LineSplitterTests {
    /// The lines of chunks; a line that is too long is shown as `#NUMBER`.
    private func lines(of chunks: [String], longestLine: Int = 100) -> [String] {
        var splitter = LineSplitter(longestLine: longestLine)
        var found: [String] = []
        func drain(_ splitter: inout LineSplitter) {
            while let line = splitter.next() {
                switch line {
                case .whole(let number, let bytes): found.append("\(number):" + String(decoding: bytes, as: UTF8.self))
                case .tooLong(let number): found.append("#\(number)")
                }
            }
        }
        for chunk in chunks {
            splitter.append(Array(chunk.utf8))
            drain(&splitter)
        }
        splitter.finish()
        drain(&splitter)
        return found
    }

    @Test func `Lines are numbered and lose their newline`() {
        #expect(lines(of: ["a\nbc\n"]) == ["1:a", "2:bc"])
    }

    @Test func `Empty lines count`() {
        #expect(lines(of: ["\n\na\n"]) == ["1:", "2:", "3:a"])
    }

    @Test func `The last line may lack its newline`() {
        #expect(lines(of: ["a\nb"]) == ["1:a", "2:b"])
    }

    @Test func `No input is no line`() {
        #expect(lines(of: []) == [])
        #expect(lines(of: [""]) == [])
    }

    @Test(arguments: 1...12)
    func `How the input is cut makes no difference`(size: Int) {
        let text = "first\n\nthe third line\n4\nlast"
        let bytes = Array(text)
        let chunks = stride(from: 0, to: bytes.count, by: size).map { String(bytes[$0..<min($0 + size, bytes.count)]) }
        #expect(lines(of: chunks) == ["1:first", "2:", "3:the third line", "4:4", "5:last"])
    }

    @Test(arguments: 1...9)
    func `A line that is too long is reported once and the rest goes on`(size: Int) {
        let text = Array("1234\n12345\n1234567890\nok\n123456")
        let chunks = stride(from: 0, to: text.count, by: size).map { String(text[$0..<min($0 + size, text.count)]) }
        #expect(lines(of: chunks, longestLine: 4) == ["1:1234", "#2", "#3", "4:ok", "#5"])
    }

    @Test func `Lines can be taken where they lie, until one is refused or none is complete`() {
        var splitter = LineSplitter(longestLine: 5)
        var taken: [String] = []
        func take() {
            splitter.takeLines { bytes in
                let line = String(decoding: bytes, as: UTF8.self)
                guard line != "no" else { return false }
                taken.append(line)
                return true
            }
        }
        splitter.append(Array("a\nb\nno\nc\nlonger\nd\npart".utf8))
        take()
        #expect(taken == ["a", "b"])
        #expect(splitter.next() == .whole(number: 3, bytes: Array("no".utf8)[...]))
        take()
        #expect(taken == ["a", "b", "c"])
        #expect(splitter.next() == .tooLong(number: 5))
        take()
        #expect(splitter.next() == nil)
        splitter.append(Array("ial\ne\n".utf8))
        take()
        #expect(taken == ["a", "b", "c", "d"])
        #expect(splitter.next() == .tooLong(number: 7))
        take()
        #expect(taken == ["a", "b", "c", "d", "e"])
    }
}
