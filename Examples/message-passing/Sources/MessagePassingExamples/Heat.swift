public import MessagePassing

/// Heat spreads over a plate, one of whose edges is hot: each rank has some of its rows, and tells its neighbours in each
/// step what its outermost rows are. Where there are more ranks than rows, the last ones have none.
///
/// - Parameters:
///   - side: the rows and columns of the plate.
///   - steps: how often each place becomes the mean of its four neighbours.
/// - Returns: the plate by rows, on rank 0, the same for every number of ranks; nil on the others.
public func heat(_ world: Communicator, side: Int = 96, steps: Int = 200) async throws -> [Double]? {
    let sharing = max(min(world.size, side), 1)
    // The first ranks have a row more where they do not come out even.
    let rows = world.rank < sharing ? side / sharing + (world.rank < side % sharing ? 1 : 0) : 0
    let cold = [Double](repeating: 0, count: side)
    var plate = [[Double]](repeating: cold, count: rows)
    let isFirst = world.rank == 0
    let isLast = world.rank == sharing - 1

    for _ in 0..<(rows > 0 ? steps : 0) {
        // Sending waits for nobody, so that all may send first.
        if !isFirst { try await world.send(plate.first ?? [], to: world.rank - 1) }
        if !isLast { try await world.send(plate.last ?? [], to: world.rank + 1) }
        var above = [Double](repeating: 100, count: side)
        var below = cold
        if !isFirst { above = try await world.receive(from: world.rank - 1) }
        if !isLast { below = try await world.receive(from: world.rank + 1) }

        let before = plate
        for row in 0..<rows {
            let upper = row > 0 ? before[row - 1] : above
            let lower = row < rows - 1 ? before[row + 1] : below
            for column in 0..<side {
                let left = column > 0 ? before[row][column - 1] : 0
                let right = column < side - 1 ? before[row][column + 1] : 0
                plate[row][column] = (upper[column] + lower[column] + left + right) / 4
            }
        }
    }
    return try await world.gather(plate.flatMap(\.self), to: 0)?.flatMap(\.self)
}

/// A number that differs where a single bit of the plate does (FNV-1a).
public func checksum(_ plate: [Double]) -> UInt64 {
    plate.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ $1.bitPattern) &* 0x100_0000_01B3 }
}
