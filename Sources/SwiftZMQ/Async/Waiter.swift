/// Someone who waits for a socket: a task that is suspended or a thread that is blocked.
enum Waiter<Success: Sendable> {
    case task(Suspension<Success, any Error>)
    case thread(ParkedThread)
}

extension Waiter<Message> {
    func resume(_ result: Result<Message, any Error>) {
        switch self {
        case .task(let suspension): suspension.resume(result)
        case .thread(let parked): parked.resume(result.map(Delivery.received))
        }
    }

    func resume(throwing error: any Error) {
        resume(.failure(error))
    }
}

extension Waiter<Void> {
    func resume(_ result: Result<Void, any Error>) {
        switch self {
        case .task(let suspension): suspension.resume(result)
        case .thread(let parked): parked.resume(result.map { Delivery.sent })
        }
    }

    func resume(throwing error: any Error) {
        resume(.failure(error))
    }
}
