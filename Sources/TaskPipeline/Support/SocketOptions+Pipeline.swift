import SwiftZMQ

// The window bounds what is under way in all, so that no queue needs a bound of its own: one that dropped or blocked
// would only hide a task from whoever counts.

extension SocketOptions where S: SendingSocket & ReceivingSocket {
    mutating func setForPipeline() {
        self.sendHighWaterMark = nil
        self.receiveHighWaterMark = nil
        setForLostConnections()
    }
}

extension SocketOptions {
    /// A peer whose machine has vanished is given up after some time; a cable that is pulled for less costs nothing.
    mutating func setForLostConnections() {
        self.heartbeatInterval = .seconds(5)
        self.heartbeatTimeout = .seconds(30)
    }
}
