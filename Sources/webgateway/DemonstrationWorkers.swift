import DemonstrationServices
import GatewayWorker
import Logging
import SwiftZMQ

/// The demonstration workers that run inside the gateway's process, on the far side of a real socket.
struct DemonstrationWorkers {
    private let tasks: [Task<Void, Never>]

    /// Starts `count` workers of each service, and the weather.
    init(
        _ services: [DemonstrationService], count: Int, endpoint: String, weather: WeatherStation,
        security: SocketSecurity, logger: Logger
    ) {
        var tasks = [
            Task {
                do {
                    try await weather.run()
                } catch {
                    logger.error("the weather is not published: \(error)")
                }
            }
        ]
        for service in services {
            var configuration = GatewayWorker.Configuration(of: service, concurrency: 64)
            configuration.security = security
            for _ in 0..<count {
                let worker = GatewayWorker(
                    service: service.registeredName, endpoints: [Self.connectable(endpoint)],
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

extension GatewayWorker.Configuration {
    /// How a worker of a demonstration service works.
    init(of service: DemonstrationService, concurrency: Int) {
        self.init(concurrency: concurrency)
        // For a service that answers at once no change of threads pays; one that reads files or waits for a database would
        // keep the thread from receiving.
        if service.answersAtOnce { handlerExecutor = SocketExecutor.shared }
    }
}
