import ArgumentParser
import CommandLineSupport
import Foundation
import MessagePassing

/// `ranks bench`: how long messages and collective operations take.
struct Bench: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    static let configuration = CommandConfiguration(
        abstract: "Measure messages and collective operations.",
        discussion: """
            Ranks 0 and 1 send a message to and fro; all others wait meanwhile. Then all do each collective operation, \
            which takes as long as on the rank on which it takes longest. Bytes are those of a message, of what each rank \
            contributes, and of allToAll what each rank has for each other.

            With --format json there is an object a line: operation, ranks, bytes, repetitions, median_us (of ping-pong half \
            the round trip), p99_us, bytes_per_second.
            """)

    @Option(name: [.customShort("n"), .long], help: "How many processes.")
    var number = 4

    @Option(help: ArgumentHelp("The sizes.", valueName: "size,…"), transform: Sizes.parse)
    var sizes: Sizes = Sizes(values: [8, 1 << 10, 1 << 20])

    @Option(help: ArgumentHelp("How long each measurement takes, about.", valueName: "duration"))
    var time: DurationArgument?

    @Option(help: "How the figures are written: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = Format.text

    func validate() throws { try ProcessNumber.check(number, least: 2) }

    func run() async throws {
        let time = time?.description ?? "500ms"
        guard SelfLaunch.isRank else {
            let sizes = sizes.values.map(String.init).joined(separator: ",")
            try await SelfLaunch.run(
                ["bench", "--sizes", sizes, "--format", format.rawValue, "--time", time, "--number", "\(number)"],
                number: number)
            return
        }
        let (format, sizes, duration) = (format, sizes.values, self.time?.duration ?? .milliseconds(500))
        try await Communicator.withWorld { world in
            if world.rank == 0, format == .text { print(Measurement.heading) }
            for operation in Measurement.Operation.allCases {
                for bytes in operation == .barrier ? [0] : sizes {
                    let measured = try await Measurement.take(operation, bytes: bytes, time: duration, world)
                    guard world.rank == 0 else { continue }
                    StandardStreams.printLine(format == .json ? measured.json : measured.text)
                }
            }
        }
    }
}

/// Sizes of messages, with commas in between.
struct Sizes: Hashable {
    let values: [Int]

    static func parse(_ text: String) throws -> Sizes {
        let values = try text.split(separator: ",").map { part in
            guard let size = SizeArgument(argument: String(part)) else {
                throw ValidationError("sizes are numbers, with B, KiB, MiB or GiB, and commas in between: 8,1KiB,1MiB")
            }
            return size.bytes
        }
        guard !values.isEmpty else { throw ValidationError("--sizes is empty: a size is needed, such as 1KiB") }
        return Sizes(values: values)
    }
}
