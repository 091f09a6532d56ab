import Foundation
import ProcessSupport
import Testing

@testable import MessagePassing

/// The pictures of the documentation are what the schedules say.
@Suite struct PictureTests {
    struct Picture: CustomTestStringConvertible, Sendable {
        let name: String
        let size: Int
        var showsBlocks = false
        let schedule: @Sendable (Place) -> Schedule

        var testDescription: String { name }
    }

    static let pictures = [
        Picture(name: "barrier", size: 4) { .barrier($0) },
        Picture(name: "broadcast from rank 0", size: 6) { .broadcast($0, root: 0) },
        Picture(name: "reduce to rank 0", size: 6) { .reduce($0, root: 0) },
        Picture(name: "scatter from rank 0", size: 6, showsBlocks: true) { .scatter($0, root: 0) },
        Picture(name: "gather to rank 0", size: 6, showsBlocks: true) { .gather($0, root: 0) },
        Picture(name: "allGather of short blocks", size: 4, showsBlocks: true) { .allGatherByDoubling($0) },
        Picture(name: "allGather of long blocks", size: 4, showsBlocks: true) { .allGatherByRing($0) },
        Picture(name: "allReduce of short data", size: 5) { .allReduceByDoubling($0) },
        Picture(name: "allReduce of long data", size: 3, showsBlocks: true) { .allReduceByRing($0) },
        Picture(name: "reduceScatter", size: 4, showsBlocks: true) { .reduceScatter($0) },
        Picture(name: "allToAll", size: 4, showsBlocks: true) { .allToAll($0) },
        Picture(name: "scan", size: 5) { .scan($0) },
    ]

    private static let page = PackageFolder.path("Documentation/ranks.md")

    @Test(arguments: pictures)
    func `A picture shows each message of each round`(picture: Picture) throws {
        let page = try String(contentsOfFile: Self.page, encoding: .utf8)
        let text = Self.draw(picture)
        #expect(page.contains("```text\n\(text)\n```"), "\(text)")
    }

    @Test func `There is a picture of each collective operation`() throws {
        let page = try String(contentsOfFile: Self.page, encoding: .utf8)
        for operation in CollectiveCall.Operation.allCases where operation != .split {
            #expect(page.contains("\n### \(operation)\n"), "\(operation)")
        }
        #expect(page.components(separatedBy: "```text\n").count - 1 == Self.pictures.count)
    }

    /// A column for each rank, a line for each message.
    private static func draw(_ picture: Picture) -> String {
        let width = 6
        let schedules = (0..<picture.size).map { picture.schedule(Place(rank: $0, size: picture.size)) }
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        var lines = ["\(picture.name), \(picture.size) ranks", ""]
        var heading = padded("rank", 10)
        for rank in 0..<picture.size { heading += rank == picture.size - 1 ? "\(rank)" : padded("\(rank)", width) }
        lines.append(heading)
        for round in schedules[0].rounds.indices {
            var isFirst = true
            for (sender, schedule) in schedules.enumerated() {
                for transfer in schedule.rounds[round].sends {
                    let receptions = schedules[transfer.peer].rounds[round].receptions
                    let isCombined = receptions.contains { $0.peer == sender && $0.handling == .combine }
                    var line = Array(repeating: Character(" "), count: width * (picture.size - 1) + 1)
                    for rank in 0..<picture.size { line[rank * width] = "|" }
                    for column in min(sender, transfer.peer) * width...max(sender, transfer.peer) * width {
                        line[column] = "-"
                    }
                    line[sender * width] = "o"
                    line[transfer.peer * width + (sender < transfer.peer ? -1 : 1)] = sender < transfer.peer ? ">" : "<"
                    line[transfer.peer * width] = isCombined ? "+" : "|"
                    let blocks =
                        picture.showsBlocks ? "   " + transfer.blocks.map(String.init).joined(separator: " ") : ""
                    lines.append(padded(isFirst ? "round \(round + 1)" : "", 10) + String(line) + blocks)
                    isFirst = false
                }
            }
        }
        return lines.joined(separator: "\n")
    }
}
