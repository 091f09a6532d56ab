public import MessagePassing

/// A token goes around all ranks and comes back; each adds the hop by which it came.
///
/// - Returns: the hops, on rank 0; nil on the others.
public func ring(_ world: Communicator) async throws -> [String]? {
    let next = (world.rank + 1) % world.size
    let previous = (world.rank + world.size - 1) % world.size
    if world.rank == 0 {
        try await world.send([String](), to: next)
    }
    var hops: [String] = try await world.receive(from: previous)
    hops.append("\(previous) -> \(world.rank)")
    guard world.rank != 0 else { return hops }
    try await world.send(hops, to: next)
    return nil
}
