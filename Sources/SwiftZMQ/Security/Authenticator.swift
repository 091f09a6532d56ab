/// Decides who may connect to the sockets of a context.
///
/// ```swift
/// var policy = AuthenticationPolicy()
/// policy.curve = .certificates(in: "/etc/app/clients")
/// let authenticator = Authenticator(context, policy: policy)
/// try authenticator.start()
///
/// let reply = try Reply(context) { $0.security = .curveServer(keys, domain: "app") }
/// ```
///
/// Each PLAIN and CURVE server socket asks it about each peer, and so does every other socket that has a
/// ``SocketOptionNames/zapDomain``. Start it before them: while there is no authenticator, a CURVE server without
/// ``SocketOptionNames/enforcesZAPDomain`` lets everybody in. It fails closed: what it does not understand, and what it
/// cannot find out, lets nobody in.
///
/// Once started it runs until ``stop()`` or the end of its context, whether or not the program keeps this object.
///
/// The C counterpart is a handler of ZAP (RFC 27) at `inproc://zeromq.zap.01`; pyzmq's is `ThreadAuthenticator`.
public final class Authenticator: Sendable {
    /// Is told of each decision, such as for a log. It is called on any thread and must not block.
    public typealias Report = @Sendable (AuthenticationRequest, AuthenticationDecision) -> Void

    private let context: Context
    private let report: Report?
    private let policies: Locked<Policies>
    private let running = Locked<Running?>(nil)

    private struct Policies {
        var general: AuthenticationPolicy
        var ofDomains: [String: AuthenticationPolicy]
    }

    private struct Running {
        let socket: Router
        let task: Task<Void, Never>

        func end() {
            // A closed socket gives its endpoint back only after a while, and the next authenticator wants it. If the
            // socket has been closed already, there is nothing to give back.
            try? socket.unbind(Authenticator.endpoint)
            socket.close()
            task.cancel()
        }
    }

    private static let endpoint = "inproc://zeromq.zap.01"

    /// How many questions are looked into at once.
    private static let mostAtOnce = 64

    /// An authenticator that has yet to be started.
    ///
    /// - Parameters:
    ///   - context: whose sockets it is for. A context has one authenticator at a time.
    ///   - policy: whom to let in. Default nobody.
    ///   - domains: whom to let in to sockets of a ``SocketOptionNames/zapDomain``, in place of the general policy.
    ///   - report: is told of each decision.
    public init(
        _ context: Context, policy: AuthenticationPolicy = AuthenticationPolicy(),
        domains: [String: AuthenticationPolicy] = [:], report: Report? = nil
    ) {
        self.context = context
        self.report = report
        policies = Locked(Policies(general: policy, ofDomains: domains))
    }

    /// Whom it lets in. Peers that are connected stay so; a change holds for those who come later.
    public var policy: AuthenticationPolicy {
        get { policies.withLock { $0.general } }
        set { policies.withLock { $0.general = newValue } }
    }

    /// Whom it lets in to sockets of a domain; nil, for the general policy, where the domain has none of its own.
    public subscript(domain: String) -> AuthenticationPolicy? {
        get { policies.withLock { $0.ofDomains[domain] } }
        set { policies.withLock { $0.ofDomains[domain] = newValue } }
    }

    /// Begins to answer. When it returns, no socket of the context lets anybody in unasked that asks at all.
    ///
    /// - Throws: ``ZMQError`` with `.wrongState` when it runs already, `.addressInUse` when the context has another
    ///   authenticator that does, `.terminated` or `.tooManySockets`.
    public func start() throws {
        _ = try started()
    }

    /// Answers until the task is cancelled, ``stop()`` is called or the context ends.
    ///
    /// - Throws: as ``start()``; cancellation is no error.
    public nonisolated(nonsending) func run() async throws {
        let run = try started()
        await withTaskCancellationHandler {
            await run.task.value
        } onCancel: {
            run.end()
        }
        running.withLock { if $0?.socket == run.socket { $0 = nil } }
    }

    /// Ceases to answer. It can be started again.
    ///
    /// Close the sockets that need it first: see ``SocketOptionNames/enforcesZAPDomain``. Rules that are looking into a
    /// question are cancelled and awaited, so that none of them may call this.
    public nonisolated(nonsending) func stop() async {
        let run = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let run else { return }
        run.end()
        await run.task.value
    }

    private func started() throws -> Running {
        let socket = try Router(context) { $0.linger = .zero }
        return try running.withLock { running in
            if let running, !running.socket.isClosed {
                throw ZMQError(code: .wrongState, operation: "start an authenticator", explanation: "it runs already")
            }
            do throws(ZMQError) {
                try socket.bind(Self.endpoint)
            } catch {
                guard error.code == .addressInUse else { throw error }
                throw ZMQError(
                    code: .addressInUse, operation: "start an authenticator",
                    explanation: "the context has another authenticator; stop that first")
            }
            let run = Running(socket: socket, task: Task.detached { [self] in await answerAll(on: socket) })
            running = run
            return run
        }
    }

    private func answerAll(on socket: Router) async {
        await withTaskGroup(of: Void.self) { group in
            var count = 0
            do {
                for try await message in socket.messages {
                    if count == Self.mostAtOnce {
                        await group.next()
                        count -= 1
                    }
                    count += 1
                    group.addTask { await self.answer(message, on: socket) }
                }
            } catch {
                // Stopped, or out of memory: unanswered, nobody is let in.
            }
            group.cancelAll()
        }
    }

    private func answer(_ message: Message, on socket: Router) async {
        // Up to the delimiter, the frames say whom to answer. Without one, there is nobody.
        guard let delimiter = message.firstIndex(of: "") else { return }
        let frames = message.suffix(from: delimiter + 1)
        var reply = Message(message.prefix(through: delimiter))
        reply.append(ZAPQuestion.version)
        reply.append(frames.dropFirst().first ?? "")
        reply.append(contentsOf: await decide(frames).frames)
        // To a peer that has gone away meanwhile, a ROUTER sends nothing; a socket that is closed needs no answer.
        _ = try? await socket.send(reply)
    }

    private func decide(_ frames: some RandomAccessCollection<Frame>) async -> AuthenticationDecision {
        let question: ZAPQuestion
        do {
            question = try ZAPQuestion(frames)
        } catch {
            return .denied(error.reason)
        }
        let request = question.request
        let policy = policies.withLock { $0.ofDomains[request.domain] ?? $0.general }
        let decision = await policy.decide(question).validated
        report?(request, decision)
        return decision
    }
}
