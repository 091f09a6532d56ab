import DemonstrationServices
import GatewayWorker
import Logging
import SwiftZMQ

/// The demonstration workers that run inside the gateway's process, on the far side of a real socket.
struct DemonstrationWorkers {
    private let tasks: [Task<Void, Never>]

    /// Starts `count` workers of each service.
    init(count: Int, endpoint: String, security: SocketSecurity, logger: Logger) {
        var configuration = GatewayWorker.Configuration(concurrency: 64)
        // The demonstration services answer at once, so that no change of threads pays.
        configuration.security = security
        configuration.handlerExecutor = SocketExecutor.shared
        var tasks: [Task<Void, Never>] = []
        for service in DemonstrationService.all {
            for _ in 0..<count {
                let worker = GatewayWorker(
                    service: service.name, endpoints: [Self.connectable(endpoint)],
                    configuration: configuration, logger: logger, handler: service.handler)
                tasks.append(
                    Task {
                        do {
                            try await worker.run()
                        } catch {
                            logger.error(
                                "demonstration worker ended: \(error)", metadata: ["service": "\(service.name)"])
                        }
                    })
            }
        }
        self.tasks = tasks
    }

    /// Ends the workers, which have finished what they had.
    func stop() async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// An endpoint to connect to, for one that is bound on every interface.
    private static func connectable(_ endpoint: String) -> String {
        endpoint.replacing("tcp://0.0.0.0:", with: "tcp://127.0.0.1:").replacing("tcp://[::]:", with: "tcp://[::1]:")
    }
}
