import MessagePassing
import Testing

/// What the tests after mpi4py's send.
protocol SampleValue: Codable, Equatable, Sendable {}

extension Bool: SampleValue {}
extension Int: SampleValue {}
extension Double: SampleValue {}
extension String: SampleValue {}
extension Optional: SampleValue where Wrapped: SampleValue {}
extension Array: SampleValue where Element: SampleValue {}
extension Set: SampleValue where Element: SampleValue {}

/// The values that mpi4py's tests have, as far as there are such in Swift.
enum SampleValues {
    struct Complex: SampleValue {
        var real: Double
        var imaginary: Double
    }

    /// For Python's tuple.
    struct Record: SampleValue {
        var missing: Int?
        var truth: Bool
        var number: Int
        var fraction: Double
        var text: String
    }

    /// What a list or a dictionary of Python may hold.
    indirect enum Anything: SampleValue {
        case nothing
        case truth(Bool)
        case number(Int)
        case fraction(Double)
        case text(String)
        case list([Anything])
        case table([String: Anything])
    }

    private static let mixed: [Anything] = [
        .nothing, .truth(true), .truth(false), .number(-7), .number(0), .number(.max), .fraction(-2.17), .fraction(0),
        .text("mpi4py"),
    ]

    static let all: [any SampleValue] = {
        let numbers: [Int] = [-7, 0, 7, 2_147_483_648, .min + 1, .max]
        let fractions: [Double] = [-2.17, 0, 1.62]
        var all: [any SampleValue] = [Int?.none, true, false, "mpi4py"]
        for number in numbers { all.append(number) }
        for fraction in fractions { all.append(fraction) }
        all.append(Complex(real: 1, imaginary: 2))
        all.append(Complex(real: 2, imaginary: -3))
        all.append(Record(missing: nil, truth: true, number: .min, fraction: 1.62, text: "mpi4py"))
        all.append(Anything.list(mixed))
        all.append(Anything.table(["none": mixed[0], "list": .list(mixed), "text": .text("mpi4py")]))
        all.append(Set(numbers))
        // Numbers that travel as their bytes, and such that might be missing.
        all.append(numbers)
        all.append([Int]())
        all.append(Optional(numbers))
        all.append(fractions)
        return all
    }()

    /// Runs a check on the communicators that mpi4py's suites have: that of all ranks, a copy of it, and one of this rank alone.
    static func run(_ size: Int, _ check: @escaping @Sendable (Communicator) async throws -> Void) async throws {
        _ = try await LocalWorld.run(size) { world in
            let copy = try #require(try await world.split(color: 0))
            let own = try #require(try await world.split(color: world.rank))
            for communicator in [world, copy, own] {
                try await check(communicator)
                // Nobody finishes, which others would notice, before all are done.
                try await communicator.barrier()
            }
        }
    }

    /// Runs a check with each value.
    static func runAll(
        _ size: Int, _ check: @escaping @Sendable (any SampleValue, Communicator) async throws -> Void
    ) async throws {
        try await run(size) { communicator in
            for value in all { try await check(value, communicator) }
        }
    }
}

extension Communicator {
    /// The next rank around the ring.
    var next: Int { (rank + 1) % size }
    /// The one before.
    var previous: Int { (rank + size - 1) % size }
}
