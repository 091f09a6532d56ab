import Foundation
import ProcessSupport
import Testing

@testable import DistributedHashTable

@Suite struct DataFileTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/data" }
    private let id = NodeID.beginning(with: 1)

    init() throws { folder = try TemporaryFolder() }

    private func value(_ number: Int, _ text: String, _ version: UInt64 = 1) -> DataFile.Value {
        DataFile.Value(
            key: .beginning(with: UInt64(number)), value: StoredValue(Array(text.utf8), version: version), expiry: 99)
    }

    private func read(_ id: NodeID? = nil, mustMatch: Bool = false) throws -> (values: [DataFile.Value], id: NodeID) {
        var values: [DataFile.Value] = []
        let file = try DataFile(path, id: id ?? self.id, mustMatch: mustMatch) { values.append($0) }
        return (values, file.id)
    }

    @Test func `What was kept is there when the file is opened again, and so is whose it is`() throws {
        do {
            var file = try DataFile(path, id: id, mustMatch: false) { _ in Issue.record("a new file has a value") }
            try file.keep(value(1, "one"))
            try file.keep(value(2, "two"))
            try file.keep(value(3, ""))
            try file.keep(value(2, "second", 2))
            try file.forget(.beginning(with: 1))
            try file.forget(.beginning(with: 17))
            try file.synchronize()
        }
        let (values, owner) = try read(.beginning(with: 9))
        #expect(values == [value(2, "second", 2), value(3, "")])
        #expect(owner == id)
        #expect(throws: DataFileError.self) { try read(.beginning(with: 9), mustMatch: true) }
    }

    @Test func `A second one does not get the file while the first has it`() throws {
        let file = try DataFile(path, id: id, mustMatch: false) { _ in }
        let error = #expect(throws: DataFileError.self) { try read() }
        #expect(error?.description.contains("another node has it") == true)
        _ = consume file
        #expect(throws: Never.self) { try read() }
    }

    @Test func `A file of something else is left alone`() throws {
        let text = Data("important words, more than a header has of them, so that they are no beginning".utf8)
        try text.write(to: URL(filePath: path))
        #expect(throws: DataFileError.self) { try read() }
        #expect(try Data(contentsOf: URL(filePath: path)) == text)
    }

    @Test func `Wherever a write is cut short, what was written before is there`() throws {
        var ends = [0]
        do {
            var file = try DataFile(path, id: id, mustMatch: false) { _ in }
            for number in 1...5 {
                ends.append(try size())
                try file.keep(value(number, "value \(number)"))
            }
        }
        let whole = try Data(contentsOf: URL(filePath: path))
        for length in 0...whole.count {
            try whole.prefix(length).write(to: URL(filePath: path))
            let expected = ends.dropFirst(2).count { $0 <= length } + (length == whole.count ? 1 : 0)
            #expect(try read().values.count == expected, "\(length) bytes")
            // It goes on behind what is whole.
            do {
                var file = try DataFile(path, id: id, mustMatch: false) { _ in }
                try file.keep(value(99, "more"))
            }
            #expect(try read().values.last == value(99, "more"))
        }
    }

    private func size() throws -> Int { try Data(contentsOf: URL(filePath: path)).count }

    @Test func `How much is removed from the end of a file is told`() throws {
        do {
            var file = try DataFile(path, id: id, mustMatch: false) { _ in }
            for number in 1...2 { try file.keep(value(number, "value")) }
            let removed = file.removedBytes
            #expect(removed == 0)
        }
        let whole = try Data(contentsOf: URL(filePath: path))
        try whole.dropLast(3).write(to: URL(filePath: path))
        let file = try DataFile(path, id: id, mustMatch: false) { _ in }
        let removed = file.removedBytes
        #expect(removed == (whole.count - 36) / 2 - 3)
    }

    @Test(.timeLimit(.minutes(1))) func `However many values a file has, another is kept as fast`() throws {
        var file = try DataFile(path, id: id, mustMatch: false) { _ in }
        for number in 0..<100_000 { try file.keep(value(number, "")) }
        // Enough of them for the log to be looked at each time.
        #expect(try size() > 4_000_000)
    }

    @Test func `A flipped bit costs no more than what is behind it`() throws {
        do {
            var file = try DataFile(path, id: id, mustMatch: false) { _ in }
            for number in 1...5 { try file.keep(value(number, "value \(number)")) }
        }
        let whole = try Data(contentsOf: URL(filePath: path))
        var generator = SeededRandom(seed: TestSeed.number)
        for _ in 0..<200 {
            var broken = whole
            let place = Int.random(in: 36..<broken.count, using: &generator)
            broken[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            try broken.write(to: URL(filePath: path))
            let values = try read().values
            #expect(values == (1...5).prefix(values.count).map { value($0, "value \($0)") }, "\(TestSeed.hint)")
        }
    }

    @Test func `What the log of a node is told is in its file`() throws {
        do {
            var log = ValueLog(try DataFile(path, id: id, mustMatch: false) { _ in })
            try log.keep(value(1, "one"))
            try log.keep(value(2, "two"))
            try log.forget(.beginning(with: 1))
            try log.forget(.beginning(with: 17))
            try log.synchronize()
        }
        #expect(try read().values == [value(2, "two")])
    }

    @Test func `Written anew the log has what counts, in its place, and still locked`() throws {
        var file = try DataFile(path, id: id, mustMatch: false) { _ in }
        let long = String(repeating: "x", count: 60_000)
        for version: UInt64 in 1...100 { try file.keep(value(Int(version % 3), long, version)) }
        // A hundred versions of 60 kB, of which three count.
        #expect(try size() < 2_000_000)
        #expect(throws: DataFileError.self) { try read() }
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        try file.keep(value(7, "last"))
        _ = consume file
        #expect(try read().values == [value(0, long, 99), value(1, long, 100), value(2, long, 98), value(7, "last")])
    }
}
