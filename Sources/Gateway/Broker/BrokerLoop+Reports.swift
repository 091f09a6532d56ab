import Logging
import NIOConcurrencyHelpers
import WorkerProtocol

extension BrokerLoop {
    /// How many bytes of what a worker says are logged.
    private static let longestReason = 1000

    /// Logs what the broker reports, and makes the services that workers register known to the front.
    func log(_ report: BrokerReport) {
        switch report {
        case .workerRegistered(let routingID, let service, let dialect, let properties):
            services.insert(service)
            logger.info(
                "worker registered",
                metadata: [
                    "service": "\(service)", "worker": "\(routingID.printable)", "dialect": "\(dialect)",
                    "concurrency": "\(properties.concurrency)",
                ])
        case .serviceForgotten(let service):
            services.remove(service)
            logger.debug("service forgotten, as it made room for another", metadata: ["service": "\(service)"])
        case .workerLost(let routingID, let service, let reason):
            logger.log(
                level: reason.isOrderly ? .info : .warning, "worker lost",
                metadata: ["service": "\(service)", "worker": "\(routingID.printable)", "reason": "\(reason)"])
        case .workerDraining(let routingID, let service):
            logger.info(
                "worker takes no more requests",
                metadata: ["service": "\(service)", "worker": "\(routingID.printable)"])
        case .peerRefused(let routingID, let reason):
            logger.warning("peer refused", metadata: ["peer": "\(routingID.printable)", "reason": "\(reason)"])
        case .replyInvalid(_, let service, let reason):
            logger.warning("reply refused", metadata: ["service": "\(service)", "reason": "\(reason)"])
        case .creditExceeded(_, let service):
            logger.warning("worker sent more than it was granted", metadata: ["service": "\(service)"])
        case .replyLate(let routingID, let service):
            logger.debug(
                "late reply dropped", metadata: ["service": "\(service)", "worker": "\(routingID.printable)"])
        case .requestAborted(_, let service, let routingID, let reason):
            logger.warning(
                "worker gave a request up",
                metadata: [
                    "service": "\(service)", "worker": "\(routingID.printable)",
                    "reason": "\(reason.printablePrefix(Self.longestReason))",
                ])
        case .requestRetried(_, let service):
            logger.info("request sent to another worker", metadata: ["service": "\(service)"])
        case .processConnected, .processIdle, .processSpent:
            processListener.withLockedValue(\.self)?(report)
        }
    }
}

extension WorkerLoss {
    /// Whether it is nothing to worry about.
    fileprivate var isOrderly: Bool {
        switch self {
        case .disconnected, .registeredAgain, .evicted, .stopped: true
        case .silent, .unreachable, .violation, .ended: false
        }
    }
}
