import Dispatch
import SwiftZMQ

extension BrokerLoop {
    /// Opens an endpoint for the workers of a process that is about to be started, and for nobody else's.
    ///
    /// It is one of TCP on this machine, secured as the others are: every library of ZeroMQ knows TCP, and a process that a
    /// command starts as another user reaches it, too.
    ///
    /// - Returns: where it connects.
    func openEndpoint(for process: ProgramProcess, requestLimit: Int?) throws -> String {
        let endpoint = try router.bind("tcp://127.0.0.1:*")
        guard let port = endpoint.split(separator: ":").last.flatMap({ UInt16($0) }) else { return endpoint }
        // Before anybody can connect to it.
        let taken = DispatchSemaphore(value: 0)
        inbox.leave(.addProcess(process, port: port, requestLimit: requestLimit, taken: taken)) { taken.signal() }
        taken.wait()
        return endpoint
    }

    /// Gives a process no further requests.
    func retire(_ process: ProgramProcess) {
        inbox.leave(.retire(process))
    }

    /// Says DISCONNECT to a process's workers.
    func release(_ process: ProgramProcess) {
        inbox.leave(.release(process))
    }

    /// Takes note that a process has ended, and closes its endpoint.
    func forget(_ process: ProgramProcess, at endpoint: String?) {
        inbox.leave(.forget(process))
        guard let endpoint else { return }
        // It fails where the broker has ended meanwhile, and the socket with it.
        try? router.unbind(endpoint)
    }
}
