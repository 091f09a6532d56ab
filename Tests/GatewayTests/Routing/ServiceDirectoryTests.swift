import Gateway
import Testing

@Suite struct `The directory of services` {
    @Test func `a reader sees what was inserted after it was made`() {
        let directory = ServiceDirectory(["a"])
        var reader = ServiceDirectory.Reader(directory)
        func known(_ names: String...) -> [Bool] { names.map { reader.contains($0) } }
        #expect(known("a", "b") == [true, false])
        directory.insert("b")
        #expect(known("a", "b") == [true, true])
        directory.formUnion(["c", "a"])
        #expect(known("a", "b", "c", "d") == [true, true, true, false])
        #expect(directory.all == ["a", "b", "c"])
        directory.remove("b")
        directory.remove("x")
        #expect(known("a", "b", "c") == [true, false, true])
    }

    @Test func `readers on other threads see every name in the end`() async {
        let directory = ServiceDirectory()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    var reader = ServiceDirectory.Reader(directory)
                    while !reader.contains("999") { await Task.yield() }
                    let seesAll = (0..<1000).allSatisfy { reader.contains("\($0)") }
                    #expect(seesAll)
                }
            }
            group.addTask { for number in 0..<1000 { directory.insert("\(number)") } }
        }
    }
}
