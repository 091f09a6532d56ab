import EndpointSupport
import Glibc
public import SwiftZMQ
import SystemSupport

/// The worker of the classic chain: pulls a task, does it, and pushes the output on, with nothing around it.
public final class PlainWorker: Sendable {
    private struct State {
        var isEnding = false
        /// When a result that nobody takes is given up.
        var deadline: Moment?
        var isAbandoned = false
        var threads: Int
        var done: UInt64 = 0
        var failed: UInt64 = 0
        var toldFailures = 0
        var failure: (any Error)?
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let links: [(pull: Pull, push: Push)]
    private let job: any Job
    private let state: Locked<State>
    /// Readable once it takes no more tasks.
    private let ending: WakeDescriptor
    private let notice: NoticeHandler

    private static let glance = Duration.milliseconds(100)
    /// How long a worker that ends waits for somebody to take a result.
    private static let patience = Duration.seconds(3)

    /// Connects.
    ///
    /// - Parameter security: what its connections are secured by; nil, the default, for by nothing.
    public init(
        _ context: Context, endpoints: [WorkerEndpoints], concurrency: Int, job: any Job,
        security: SocketSecurity? = nil, notice: @escaping NoticeHandler = { _ in }
    ) throws {
        links = try endpoints.map { endpoints in
            let pull = try Pull(context) {
                $0.usesIPv6 = EndpointText.isIPv6(endpoints.tasks)
                $0.secure(by: security)
            }
            let push = try Push(context) {
                $0.linger = Self.patience
                $0.usesIPv6 = EndpointText.isIPv6(endpoints.results)
                $0.secure(by: security)
            }
            try push.connect(endpoints.results)
            try pull.connect(endpoints.tasks)
            return (pull, push)
        }
        ending = try WakeDescriptor()
        self.job = job
        self.notice = notice
        state = Locked(State(threads: concurrency * endpoints.count))
    }

    /// How many tasks it has done and passed on, and how many of them failed.
    public var counts: (done: UInt64, failed: UInt64) { state.withLock { ($0.done, $0.failed) } }

    /// Works on threads of its own until ``stop()`` and what was begun is done, or until the task is cancelled, which waits
    /// for nothing.
    public func run() async throws {
        let threads = state.withLock { $0.threads }
        for index in 0..<threads {
            do throws(SystemError) {
                try DetachedThread.start(name: "job") { [self] in
                    do {
                        try work(links[index % links.count])
                        end(nil)
                    } catch {
                        end(error)
                    }
                }
            } catch {
                guard index > 0 else { throw error }
                notice(PipelineNotice("\(error): \(index) tasks are done at once, not \(threads)"))
                state.withLock { $0.threads -= threads - index }
                break
            }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.threads > 0, !state.isAbandoned else { return true }
                    state.waiting = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.isEnding = true
                state.isAbandoned = true
                defer { state.waiting = nil }
                return state.waiting
            }
            ending.signal()
            waiting?.resume()
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Takes no more tasks, and lets ``run()`` return when what has begun is done.
    public func stop() {
        state.withLock { state in
            state.isEnding = true
            state.deadline = .now + Self.patience
        }
        ending.signal()
    }

    /// A thread has come to its end.
    private func end(_ failure: (any Error)?) {
        let waiting = state.withLock { state in
            state.threads -= 1
            if let failure {
                state.failure = failure
                state.isEnding = true
            }
            guard state.threads == 0 else { return nil as CheckedContinuation<Void, Never>? }
            defer { state.waiting = nil }
            return state.waiting
        }
        if failure != nil { ending.signal() }
        waiting?.resume()
    }

    /// Waits for a while, in which a shortage may come to its end, or until it takes no more tasks.
    private func awaitRoom() {
        var wait = pollfd(fd: ending.number, events: Int16(POLLIN), revents: 0)
        poll(&wait, 1, 500)
    }

    private func work(_ link: (pull: Pull, push: Push)) throws {
        while !state.withLock({ $0.isEnding }) {
            guard let message = try receive(link.pull) else { continue }
            let text = [UInt8](message.first ?? Frame())[...]
            var outcome = job.run(text)
            // Nobody would take it back.
            while let shortage = outcome.shortage, !state.withLock({ $0.isEnding }) {
                notice(PipelineNotice("\(shortage): the task waits"))
                awaitRoom()
                outcome = job.run(text)
            }
            if let complaint = outcome.complaint ?? outcome.shortage { notice(PipelineNotice(complaint)) }
            if outcome.status != 0, outcome.shortage == nil { tellFailure(of: text, outcome.status) }
            guard try send(Frame(Self.bytes(of: outcome, text)), to: link.push) else {
                notice(PipelineNotice("nobody takes the result of a task; it is lost"))
                continue
            }
            state.withLock { state in
                state.done += 1
                if outcome.status != 0 { state.failed += 1 }
            }
        }
    }

    /// Says which task has failed, as nothing that is passed on tells it.
    private func tellFailure(of text: ArraySlice<UInt8>, _ status: Int32) {
        let told = state.withLock { state in
            state.toldFailures += 1
            return state.toldFailures
        }
        guard told <= PipelineNotice.mostFailures else { return }
        notice(.failure(of: "a task", status: status, text: text))
        if told == PipelineNotice.mostFailures { notice(.furtherFailures) }
    }

    /// What a frame has: the output, and for the digest or the words of a file its path, too, as nothing else tells it.
    private static func bytes(of outcome: JobOutcome, _ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        switch outcome.label {
        case .none, .line: return outcome.output
        case .digest, .count:
            var bytes: [UInt8] = []
            outcome.label.append(outcome.output, of: text, to: &bytes)
            return bytes.dropLast()
        }
    }

    private func receive(_ pull: Pull) throws(ZMQError) -> Message? {
        do {
            return try pull.blocking.receive(timeout: Self.glance)
        } catch  where error.code == .timedOut {
            return nil
        }
    }

    /// Passes a result on; false when the worker ends and nobody takes it.
    private func send(_ result: Frame, to push: Push) throws(ZMQError) -> Bool {
        while true {
            do throws(ZMQError) {
                try push.blocking.send(result, timeout: Self.glance)
                return true
            } catch {
                guard error.code == .timedOut else { throw error }
                let isGivenUp = state.withLock { state in
                    state.isAbandoned || state.deadline.map { Moment.now >= $0 } ?? false
                }
                if isGivenUp { return false }
            }
        }
    }
}
