public import MessagePassing

/// Rank 0 sends a dictionary to rank 1.
///
/// - Returns: what was received, on rank 1; nil on the others.
public func dictionary(_ world: Communicator) async throws -> [String: Double]? {
    switch world.rank {
    case 0:
        try await world.send(["a": 7, "b": 3.14], to: 1, tag: 11)
        return nil
    case 1: return try await world.receive(from: 0, tag: 11)
    default: return nil
    }
}

/// A dictionary as the lecture's Python prints it.
public func text(_ dictionary: [String: Double]) -> String {
    let entries = dictionary.sorted { $0.key < $1.key }.map { key, value in
        "'\(key)': " + (value == value.rounded() ? "\(Int(value))" : "\(value)")
    }
    return "{\(entries.joined(separator: ", "))}"
}
