import Foundation
import PublishSubscribe
import SwiftZMQ
import Testing

@Suite struct RecordingTests {
    private func line(_ update: RecordedUpdate) -> [UInt8] {
        var bytes: [UInt8] = []
        update.append(to: &bytes)
        return bytes
    }

    @Test(
        arguments: [
            ["10001 42"], ["a", "b"], ["", Frame([0, 0xFF, 0x0A])], ["\"\\\n\t\u{1}é😀\u{2028}"], [Frame([0xC3])],
        ] as [Message])
    func `An update comes back from its line as it was`(message: Message) throws {
        let time = Timestamp(microseconds: 1_700_000_000_123_456)
        let written = line(RecordedUpdate(message, at: time))
        #expect(written.last == UInt8(ascii: "\n") && written.dropLast().allSatisfy { $0 >= 0x20 })
        let read = try #require(RecordedUpdate(line: written.dropLast()))
        #expect(read.message == message && read.time == time)
    }

    @Test func `No beginning of a line is an update`() {
        let whole = line(RecordedUpdate(["10001 42", Frame([0xFF])], at: .now)).dropLast()
        for length in 0..<whole.count { #expect(RecordedUpdate(line: whole.prefix(length)) == nil) }
        #expect(RecordedUpdate(line: RecordedUpdate.header) == nil)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T00:00:00.5Z", 951_782_400_500_000),
            ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999),
            ("2023-11-14T23:13:20+01:00", 1_700_000_000_000_000),
            ("2023-11-14t22:13z", 1_699_999_980_000_000), ("2023-11-14 22:13:20", 1_700_000_000_000_000),
            ("2023-11-14", 1_699_920_000_000_000), ("2023-11-14T22:13:20.1234567-0000", 1_700_000_000_123_456),
        ]
    )
    func `A time is read as ISO 8601 has it`(text: String, microseconds: Int64) throws {
        #expect(try #require(Timestamp(text.utf8)).microseconds == microseconds)
    }

    @Test(arguments: [
        "", "2023", "2023-13-01", "2023-02-29", "2023-1-1", "2023-11-14T24:00Z", "2023-11-14T22:60Z", "2023-11-14T22Z",
        "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20X", "2023-11-14T22:13:20Zx", "2023-11-14T22:13:20+1",
    ])
    func `Anything else is no time`(text: String) {
        #expect(Timestamp(text.utf8) == nil)
    }

    @Test func `A time is read back from what is written`() throws {
        for _ in 0..<1000 {
            let time = Timestamp(milliseconds: Int64.random(in: 0..<4_000_000_000_000))
            #expect(Timestamp(time.description.utf8) == time)
        }
    }

    @Test func `The pace is the recording's, and time that runs backwards is none`() {
        var schedule = ReplaySchedule(speed: 2)
        let times: [Int64] = [1000, 3000, 2000, 5000]
        let due = times.map { schedule.due(Timestamp(milliseconds: $0)) }
        #expect(due == [.zero, .seconds(1), .seconds(1), .milliseconds(2500)])
        schedule.begin()
        #expect(schedule.due(Timestamp(milliseconds: 1000)) == .milliseconds(2500))
        #expect(schedule.due(Timestamp(milliseconds: 1200)) == .milliseconds(2600))
        var single = ReplaySchedule(speed: 1)
        for round in 0..<3 {
            single.begin()
            #expect(single.due(Timestamp(milliseconds: 1000)) == .seconds(round))
        }
        var hasty = ReplaySchedule(speed: nil)
        #expect(times.allSatisfy { hasty.due(Timestamp(milliseconds: $0)) == .zero })
    }

    @Test func `A killed writer's half line goes, and whole lines stay`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "recording-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let whole = line(RecordedUpdate(["a"], at: .now))
        // Whatever of a header and two lines has been written.
        let all = RecordedUpdate.header + [0x0A] + whole + whole
        for length in 0...all.count {
            try Data(all.prefix(length)).write(to: URL(filePath: path))
            var file = try RecordingFile(Array(path.utf8))
            try file.append(whole)
            let lines = try Data(contentsOf: URL(filePath: path)).split(separator: 0x0A)
            #expect(Array(lines[0]) == RecordedUpdate.header)
            let complete = max(0, length - RecordedUpdate.header.count - 1) / whole.count
            #expect(lines.count == 2 + complete, "\(length)")
            #expect(lines.dropFirst().allSatisfy { RecordedUpdate(line: $0) != nil })
        }
    }
}
