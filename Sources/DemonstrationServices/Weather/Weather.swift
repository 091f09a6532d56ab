/// Temperatures that go up and down by chance, as the start page shows them.
struct Weather {
    /// The topics, and the temperature that each place returns to, in tenths of a degree Celsius.
    static let places = [("berlin", 105), ("lisbon", 178), ("nairobi", 196), ("oslo", 62)]

    private var temperatures = places.map(\.1)

    /// The next temperature of each place: a step up or down, more often towards the usual.
    mutating func next(using generator: inout some RandomNumberGenerator) -> [(topic: String, report: String)] {
        for (index, (_, usual)) in Self.places.enumerated() {
            let pull = (usual - temperatures[index]) / 20
            temperatures[index] += Int.random(in: -4...4, using: &generator) + pull
        }
        return zip(Self.places, temperatures).map { ($0.0, Self.text($1)) }
    }

    /// Degrees with one digit behind the point.
    private static func text(_ tenths: Int) -> String {
        "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
