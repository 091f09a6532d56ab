public import MessagePassing

/// The area under 4 / (1 + x²) between 0 and 1, which is pi: each rank adds up every so-manieth strip of it.
///
/// - Parameter strips: into how many it is cut.
/// - Returns: the sum, on rank 0; nil on the others.
public func pi(_ world: Communicator, strips: Int = 10_000_000) async throws -> Double? {
    let width = 1 / Double(strips)
    var area = 0.0
    for strip in stride(from: world.rank, to: strips, by: world.size) {
        let x = (Double(strip) + 0.5) * width
        area += 4 / (1 + x * x) * width
    }
    return try await world.reduce(area, .sum, to: 0)
}
