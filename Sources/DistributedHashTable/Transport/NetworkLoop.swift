import SwiftZMQ
import SystemSupport

/// The loop that drives a node: hands it what arrives and tells it the time, sends what it says, and tells those who wait.
///
/// It alone touches the node, and runs in one task.
final class NetworkLoop {
    /// So many messages of one socket are taken before the others have their turn.
    private static let mostAtOnce = 100

    private let owner: NetworkNode
    private let poller: Poller<NetworkSource>
    private let clock: NodeClock
    private var node: Node
    private var file: ValueLog?
    private var connections: PeerConnections
    private var waiting: [NodeOperation: NodeCommand] = [:]
    private var waitingToJoin: [NodeCommand] = []
    private var waitingToLeave: [NodeCommand] = []
    private var hasJoined = false
    private var isStopping = false
    private var outgoing: [Outgoing] = []
    private var nextSynchronization = Instant.start
    /// Whether the data file could not be written when that was last tried.
    private var isFileFailing = false
    private var noticed: Set<PeerAddress> = []
    /// Why connections could not be made.
    private var noticedErrors: Set<ZMQError.Code> = []

    init(_ owner: NetworkNode, _ state: consuming NetworkNode.InitialState) throws {
        self.owner = owner
        clock = state.clock
        node = state.node
        file = state.file.take()
        poller = try Poller<NetworkSource>()
        connections = PeerConnections(owner.context, poller: poller, keys: owner.settings.keys)
        if let router = owner.router { try poller.register(router, as: .router) }
        try poller.register(descriptor: owner.wake.number, as: .command)
    }

    func run() async throws {
        defer { finish() }
        node.join(through: owner.settings.join, now: clock.now)
        try flush(answering: nil)
        while !isStopping {
            let ready = try await poller.wait(timeout: timeToWait)
            for source in ready {
                switch source.key {
                case .router: try takeRequests()
                case .peer(let address): try takeAnswers(from: address)
                case .command: try takeCommands()
                }
            }
            let now = clock.now
            if node.nextTick <= now {
                node.tick(now: now)
                try flush(answering: nil)
            }
            connections.closeIdle(now: now)
            synchronize(now: now)
        }
    }

    private var timeToWait: Duration {
        let wait = (node.nextTick - clock.now).microseconds
        // At least once a second, to close what is idle.
        return .microseconds(max(0, min(wait, 1_000_000)))
    }

    private func takeRequests() throws {
        guard let router = owner.router else { return }
        for _ in 0..<Self.mostAtOnce {
            guard let message = try router.tryReceive() else { return }
            guard case let (peer, request)? = try? message.frames(), let body = Self.read(request) else { continue }
            // Of the frame that the peer has sent: the one before it is the ROUTER's own.
            let metadata = request.metadata
            guard let host = metadata.peerAddress.flatMap({ IPAddress($0) }) else { continue }
            var key = PublicKey.none
            if owner.settings.keys != nil {
                guard let user = metadata.userID, let known = try? CurveKey(z85: user),
                    let bytes = PublicKey(bytes: known.bytes)
                else { continue }
                key = bytes
            }
            let number = UInt64(truncatingIfNeeded: peer.hashValue)
            node.receive(body, from: .connection(host, number: number, key: key), now: clock.now)
            try flush(answering: peer)
        }
    }

    private func takeAnswers(from address: PeerAddress) throws {
        for _ in 0..<Self.mostAtOnce {
            guard let message = try connections.receive(from: address, now: clock.now) else { return }
            guard let answer = try? message.frame(), let body = Self.read(answer) else { continue }
            node.receive(body, from: .address(address), now: clock.now)
            try flush(answering: nil)
        }
    }

    private static func read(_ frame: Frame) -> PeerMessage? {
        frame.withUnsafeBytes { try? PeerMessage($0) }
    }

    private func takeCommands() throws {
        owner.wake.clear()
        let commands = owner.commands.withLock { queue in
            defer { queue.commands = [] }
            return queue.commands
        }
        let now = clock.now
        for command in commands {
            switch command {
            case .waitForJoining(let waiting):
                if hasJoined { waiting.resume() } else { waitingToJoin.append(command) }
            case .store(let bytes, let key, _): waiting[node.store(bytes, for: key, now: now)] = command
            case .find(let key, _): waiting[node.find(key, now: now)] = command
            case .neighbours(let target, _): waiting[node.findNeighbours(of: target, now: now)] = command
            case .ping(let address, _): waiting[node.ping(address, now: now)] = command
            case .leave:
                waitingToLeave.append(command)
                node.leave(now: now)
            case .stop: isStopping = true
            }
        }
        try flush(answering: nil)
    }

    /// Sends what the node says, an answer to whom it has just heard, and tells those who wait.
    private func flush(answering peer: Frame?) throws {
        let now = clock.now
        node.takeOutbox(into: &outgoing)
        for message in outgoing {
            switch message {
            case .request(let message, let address):
                try send(message, to: address, now: now)
            case .answer(let message, _):
                if let peer { _ = try owner.router?.trySend([peer, Frame(message.encoded)]) }
            }
        }
        for event in node.takeEvents() { tell(event) }
    }

    /// Sends a request. Where no connection can be made, as where the process has no descriptor left, nobody answers it.
    private func send(_ message: PeerMessage, to address: PeerAddress, now: Instant) throws {
        do {
            try connections.send(Frame(message.encoded), to: address, now: now)
        } catch let error as ZMQError where error.code != .terminated {
            // Once for each reason: whoever takes all descriptors is not to fill the log, too.
            guard noticedErrors.insert(error.code).inserted else { return }
            owner.settings.notice("\(address) cannot be connected to, and is taken to be silent: \(error)")
        }
    }

    private func tell(_ event: NodeEvent) {
        switch event {
        case .joined:
            hasJoined = true
            for case .waitForJoining(let waiting) in waitingToJoin { waiting.resume() }
            waitingToJoin = []
        case .stillJoining(let address):
            if noticed.insert(address).inserted {
                owner.settings.notice("\(address) does not answer; it is asked again until it does")
            }
        case .sharesIdentifier(let address):
            owner.settings.notice(
                "\(address) has this node's identifier, so that most others know one of the two alone; "
                    + "were its keys or its data file copied? give each node its own")
        case .neighbours(let operation, let contacts, _):
            if case .neighbours(_, let waiting) = waiting.removeValue(forKey: operation) {
                waiting.resume(returning: contacts)
            }
        case .found(let operation, let value, _):
            if case .find(_, let waiting) = waiting.removeValue(forKey: operation) {
                waiting.resume(returning: value?.bytes)
            }
        case .stored(let operation, let count, _):
            if case .store(_, _, let waiting) = waiting.removeValue(forKey: operation) {
                waiting.resume(returning: count)
            }
        case .pinged(let operation, let answer):
            if case .ping(_, let waiting) = waiting.removeValue(forKey: operation) {
                waiting.resume(returning: answer.map { (id: $0.id, after: $0.after.duration) })
            }
        case .left(let count):
            for case .leave(let waiting) in waitingToLeave { waiting.resume(returning: count) }
            waitingToLeave = []
        case .kept(let key, let kept):
            let value = DataFile.Value(key: key, value: kept.value, expiry: clock.seconds(of: kept.expires))
            do { try file?.keep(value) } catch { noteUnwritten(error) }
        case .forgotten(let key):
            do { try file?.forget(key) } catch { noteUnwritten(error) }
        }
    }

    /// Forces the data file to the disk once a second. While it cannot be written, it is tried less often.
    private func synchronize(now: Instant) {
        guard now >= nextSynchronization else { return }
        do {
            try file?.synchronize()
            nextSynchronization = now + .seconds(1)
            if isFileFailing { owner.settings.notice("the data file is written again, and has every value") }
            isFileFailing = false
        } catch {
            nextSynchronization = now + .seconds(5)
            noteUnwritten(error)
        }
    }

    /// Says it once: the node goes on with what it has in memory.
    private func noteUnwritten(_ error: DataFileError) {
        if !isFileFailing {
            owner.settings.notice("\(error); values are kept in memory alone until the data file can be written")
        }
        isFileFailing = true
    }

    private func finish() {
        do {
            try file?.synchronize()
        } catch {
            owner.settings.notice("\(error); the data file lacks what could not be written")
        }
        connections.closeAll()
        let left = Array(waiting.values) + waitingToJoin + waitingToLeave
        for command in left { command.fail() }
    }
}
