extension NetworkNode {
    /// Waits until the node is part of the network.
    public func joined() async throws {
        try await withCheckedThrowingContinuation { ask(.waitForJoining($0)) }
    }

    /// Stores a value.
    ///
    /// - Parameters:
    ///   - bytes: the value, up to ``StoredValue/mostBytes``; a longer one ends the program.
    ///   - key: the key's identifier: `NodeID(hashing: key)`.
    /// - Returns: how many nodes have it now; 0 if nobody took it.
    public func store(_ bytes: [UInt8], for key: NodeID) async throws -> Int {
        precondition(bytes.count <= StoredValue.mostBytes, "a value has \(StoredValue.mostBytes) bytes at most")
        return try await withCheckedThrowingContinuation { ask(.store(bytes, key, $0)) }
    }

    /// Finds a value; nil if nobody has it.
    public func find(_ key: NodeID) async throws -> [UInt8]? {
        try await withCheckedThrowingContinuation { ask(.find(key, $0)) }
    }

    /// Finds the nodes nearest to an identifier, nearest first.
    public func neighbours(of target: NodeID) async throws -> [Contact] {
        try await withCheckedThrowingContinuation { ask(.neighbours(target, $0)) }
    }

    /// Asks whoever is at an address whether it is there: who it is and how long that took, or nil.
    public func ping(_ address: PeerAddress) async throws -> (id: NodeID, after: Duration)? {
        try await withCheckedThrowingContinuation { ask(.ping(address, $0)) }
    }

    /// Hands over what the node keeps to those who are to have it and do not.
    ///
    /// - Returns: how many values somebody lacked.
    public func leave() async throws -> Int {
        try await withCheckedThrowingContinuation { ask(.leave($0)) }
    }

    /// Ends ``run()``.
    public func stop() { ask(.stop) }
}

/// What is asked of a node that runs.
enum NodeCommand: Sendable {
    case waitForJoining(CheckedContinuation<Void, any Error>)
    case store([UInt8], NodeID, CheckedContinuation<Int, any Error>)
    case find(NodeID, CheckedContinuation<[UInt8]?, any Error>)
    case neighbours(NodeID, CheckedContinuation<[Contact], any Error>)
    case ping(PeerAddress, CheckedContinuation<(id: NodeID, after: Duration)?, any Error>)
    case leave(CheckedContinuation<Int, any Error>)
    case stop

    /// Tells whoever waits that there will be no answer.
    func fail() {
        let error = NetworkNode.Ended()
        switch self {
        case .waitForJoining(let waiting): waiting.resume(throwing: error)
        case .store(_, _, let waiting): waiting.resume(throwing: error)
        case .find(_, let waiting): waiting.resume(throwing: error)
        case .neighbours(_, let waiting): waiting.resume(throwing: error)
        case .ping(_, let waiting): waiting.resume(throwing: error)
        case .leave(let waiting): waiting.resume(throwing: error)
        case .stop: break
        }
    }
}
