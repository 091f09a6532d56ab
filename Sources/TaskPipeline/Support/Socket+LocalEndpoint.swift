import SwiftZMQ

extension Socket {
    /// An endpoint for the other parts in this process, which need neither a port nor keys.
    ///
    /// - Parameter endpoint: the one that the socket is bound to. If that is not within the process, another is bound.
    func localEndpoint(beside endpoint: String) throws -> String {
        guard !isWithinProcess(endpoint) else { return endpoint }
        return try bind("inproc://local-\(SessionID.random().rawValue)")
    }
}
