import Foundation
import ProcessSupport
import SwiftZMQ
import Testing

/// Everything at once: sends and receives in all ways, cancellations, timeouts, pollers, threads, peers that vanish and
/// sockets that are closed, on shared sockets. Nothing is lost, doubled, altered or hangs. See ``Hammer``.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MixedHammerTests {
    enum Preference: String, CaseIterable, CustomTestStringConvertible {
        case socketExecutor, none

        var executor: SocketExecutor? { self == .none ? nil : .shared }
        var testDescription: String { self == .none ? "without an executor's preference" : "on the executor" }
    }

    // MARK: Several on the same sockets

    @Test(arguments: Preference.allCases)
    func `Whatever several send on one socket, several receive on another`(preference: Preference) async throws {
        let hammer = Hammer("shared sockets", on: preference.executor)
        let context = try Context()
        hammer.onHang { Task { await context.shutdown() } }
        let lanes = try Transport.allCases.map { transport in
            try Connected(
                over: transport, context: context,
                { context in try Pull(context) { $0.receiveHighWaterMark = .random(in: 1...20) } },
                { context in try Push(context) { $0.sendHighWaterMark = .random(in: 1...20) } })
        }
        let sending = Countdown(lanes.count * 4)
        try await hammer.run { group in
            for (lane, pair) in lanes.enumerated() {
                for place in 0..<3 {
                    group.addTask(executorPreference: hammer.executor) {
                        defer { sending.countDown() }
                        var actor = hammer.makeActor("sender \(lane).\(place)")
                        let sender = hammer.ledger.makeSender()
                        while !hammer.isOver {
                            guard actor.chance(80) else {
                                let parcels = (0..<3).map { _ in hammer.ledger.next(of: sender) }
                                let count = try await actor.send(parcels.map(\.message), on: pair.connecting)
                                hammer.settle(parcels, count)
                                continue
                            }
                            let parcel = hammer.ledger.next(of: sender)
                            let attempt = try await actor.send(parcel.message, on: pair.connecting)
                            hammer.settle(parcel, attempt)
                        }
                    }
                    group.addTask(executorPreference: hammer.executor) {
                        var actor = hammer.makeActor("receiver \(lane).\(place)")
                        while !Task.isCancelled, hammer.ledger.violations.isEmpty {
                            hammer.take(try await actor.receiveSome(on: pair.bound))
                        }
                    }
                }
                group.addTask {
                    defer { sending.countDown() }
                    try await onThread {
                        var actor = hammer.makeActor("sending thread \(lane)")
                        let sender = hammer.ledger.makeSender()
                        while !hammer.isOver {
                            let parcel = hammer.ledger.next(of: sender)
                            hammer.settle(parcel, try actor.sendBlocking(parcel.message, on: pair.connecting))
                        }
                    }
                }
                group.addTask {
                    try await onThread {
                        var actor = hammer.makeActor("receiving thread \(lane)")
                        while !hammer.isOver || !(sending.isDone && hammer.ledger.hasAllArrived),
                            hammer.ledger.violations.isEmpty
                        {
                            hammer.take(try actor.receiveSomeBlocking(on: pair.bound))
                        }
                    }
                }
                group.addTask(executorPreference: hammer.executor) {
                    var actor = hammer.makeActor("disturber \(lane)")
                    while !hammer.isOver {
                        actor.disturb(pair.bound)
                        actor.disturb(pair.connecting)
                        try? await Task.sleep(for: actor.drawTime(upTo: .microseconds(500)))
                    }
                }
            }
            for place in 0..<2 {
                let poller = try Poller<Int>()
                for (lane, pair) in lanes.enumerated() { try poller.register(pair.bound, as: lane) }
                group.addTask(executorPreference: hammer.executor) {
                    var actor = hammer.makeActor("poller \(place)")
                    while !Task.isCancelled, hammer.ledger.violations.isEmpty {
                        try await hammer.drain(lanes.map(\.bound), toldBy: poller, &actor)
                    }
                }
            }
            await sending.wait()
            try await hammer.waitForArrivals()
            group.cancelAll()
        }
        await context.shutdown()
    }

    // MARK: Peers that vanish

    @Test(arguments: Preference.allCases)
    func `A mandatory ROUTER answers each of its peers, whoever else vanishes`(preference: Preference) async throws {
        let hammer = Hammer("peers that vanish", on: preference.executor)
        let context = try Context()
        hammer.onHang { Task { await context.shutdown() } }
        let routers = try Transport.allCases.map { transport in
            let router = try Router(context) {
                $0.isMandatory = true
                $0.sendHighWaterMark = 2
                $0.receiveHighWaterMark = 2
                $0.linger = .zero
            }
            return (router, endpoint: try router.bind(transport.freshEndpoint()))
        }
        let gone = Watched(Set<Frame>())
        let clients = Countdown(routers.count * 3)
        try await hammer.run { group in
            for (lane, (router, endpoint)) in routers.enumerated() {
                for place in 0..<3 {
                    group.addTask(executorPreference: hammer.executor) {
                        var actor = hammer.makeActor("server \(lane).\(place)")
                        while !Task.isCancelled, hammer.ledger.violations.isEmpty {
                            guard let request = hammer.result(try await actor.receive(on: router)) else { continue }
                            var answer = try await actor.send(request, on: router)
                            while case .gaveUp = answer, hammer.ledger.violations.isEmpty {
                                answer = try await actor.send(request, on: router)
                            }
                            hammer.judge(answer, to: request, gone)
                        }
                    }
                    group.addTask(executorPreference: hammer.executor) {
                        defer { clients.countDown() }
                        var actor = hammer.makeActor("client \(lane).\(place)")
                        var life = 0
                        while !hammer.isOver {
                            life += 1
                            let name = Frame("\(lane).\(place).\(life)")
                            try await hammer.live(as: name, in: context, endpoint, &actor, gone)
                        }
                    }
                }
                group.addTask {
                    try await onThread {
                        var actor = hammer.makeActor("serving thread \(lane)")
                        while !clients.isDone, hammer.ledger.violations.isEmpty {
                            guard let request = hammer.result(try actor.receiveBlocking(on: router)) else { continue }
                            var answer = try actor.sendBlocking(request, on: router)
                            while case .gaveUp = answer, hammer.ledger.violations.isEmpty {
                                answer = try actor.sendBlocking(request, on: router)
                            }
                            hammer.judge(answer, to: request, gone)
                        }
                    }
                }
                group.addTask(executorPreference: hammer.executor) {
                    var actor = hammer.makeActor("disturber \(lane)")
                    while !hammer.isOver {
                        actor.disturb(router)
                        guard case .failed(.hostUnreachable) = try Attempt({ try router.trySend(["nobody", "x"]) })
                        else {
                            hammer.ledger.violate("a message to nobody was not refused")
                            return
                        }
                        try? await Task.sleep(for: actor.drawTime(upTo: .microseconds(500)))
                    }
                }
            }
            await clients.wait()
            group.cancelAll()
        }
        await context.shutdown()
    }

    @Test(arguments: Preference.allCases)
    func `One who waits alone is woken, whatever is done beside it`(preference: Preference) async throws {
        // Where many use a socket, each wakes those whom another has forgotten. Here nobody does.
        let hammer = Hammer("one alone", on: preference.executor)
        let context = try Context()
        hammer.onHang { Task { await context.shutdown() } }
        let lanes = try Transport.allCases.map { transport in
            try Connected(
                over: transport, context: context, { context in try Router(context) { $0.isMandatory = true } },
                { context in try Dealer(context) })
        }
        let clients = Countdown(lanes.count)
        try await hammer.run { group in
            for (lane, pair) in lanes.enumerated() {
                group.addTask(executorPreference: hammer.executor) {
                    let actor = hammer.makeActor("server \(lane)")
                    while !Task.isCancelled, hammer.ledger.violations.isEmpty {
                        let attempt = try await actor.doing("receive") {
                            try await Attempt.of { try await pair.bound.receive() }
                        }
                        guard let request = hammer.result(attempt) else { continue }
                        try await actor.doing("send") { try await pair.bound.send(request) }
                    }
                }
                group.addTask(executorPreference: hammer.executor) {
                    defer { clients.countDown() }
                    let actor = hammer.makeActor("client \(lane)")
                    let sender = hammer.ledger.makeSender()
                    while !hammer.isOver {
                        let parcel = hammer.ledger.next(of: sender)
                        try await actor.doing("send") { try await pair.connecting.send(parcel.message) }
                        hammer.ledger.settle(parcel, wasSent: true)
                        hammer.ledger.take(try await actor.doing("receive") { try await pair.connecting.receive() })
                    }
                }
                group.addTask {
                    try await onThread {
                        var actor = hammer.makeActor("disturbing thread \(lane)")
                        while !hammer.isOver {
                            // Not a call that succeeds, which would wake whom the one before has forgotten.
                            switch actor.draw(0..<4) {
                            case 0: try? pair.bound.disconnect("tcp://127.0.0.1:1")
                            case 1: try? pair.connecting.unbind("tcp://127.0.0.1:1")
                            default: _ = try? pair.bound.trySend(["nobody", "x"])
                            }
                            usleep(UInt32(actor.draw(0..<200)))
                        }
                    }
                }
            }
            await clients.wait()
            group.cancelAll()
        }
        await context.shutdown()
    }

    // MARK: Sockets that are closed

    @Test(arguments: Preference.allCases)
    func `Closing sockets in the midst of everything loses only what was under way, and wakes all`(
        preference: Preference
    ) async throws {
        let hammer = Hammer("sockets that are closed", on: preference.executor)
        let current = Watched(try Lane())
        hammer.onHang {
            let lane = current.value
            Task { await lane.context.shutdown() }
        }
        let isClosing = Countdown(1)
        let sending = Countdown(4)
        try await hammer.run { group in
            for place in 0..<4 {
                group.addTask(executorPreference: hammer.executor) {
                    defer { sending.countDown() }
                    var actor = hammer.makeActor("sender \(place)")
                    var sender = hammer.ledger.makeSender()
                    func send(on lane: Lane) async throws -> Bool {
                        let parcel = hammer.ledger.next(of: sender, hasOneFrame: true)
                        let attempt = try await actor.send(parcel.message, on: lane.push)
                        if case .done = attempt {
                            hammer.ledger.settle(parcel, wasSent: true)
                            return true
                        }
                        hammer.ledger.settle(parcel, wasSent: false)
                        if case .failed(let code) = attempt, code != .closed, code != .terminated {
                            hammer.ledger.violate("a send to what is closed failed with \(code)")
                        }
                        return false
                    }
                    while !isClosing.isDone { _ = try await send(on: current.value) }
                    // Nothing is closed any more: whatever is sent from now on arrives.
                    sender = hammer.ledger.makeSender()
                    let last = current.value
                    var count = 0
                    let deadline = ContinuousClock.now + Hammer.patience
                    while count < 50 || hammer.ledger.missing(of: sender) > 0, hammer.ledger.violations.isEmpty {
                        if ContinuousClock.now > deadline {
                            hammer.giveUp("sender \(place) sent \(count) of 50 at last")
                        }
                        if count == 50 {
                            try await Task.sleep(for: .milliseconds(1))
                        } else if try await send(on: last) {
                            count += 1
                        }
                    }
                }
                group.addTask(executorPreference: hammer.executor) {
                    var actor = hammer.makeActor("receiver \(place)")
                    while !Task.isCancelled, hammer.ledger.violations.isEmpty {
                        let lane = current.value
                        if actor.chance(15) {
                            guard let poller = try? Poller<Int>(), (try? poller.register(lane.pull, as: 0)) != nil
                            else {
                                continue
                            }
                            try await hammer.drain([lane.pull], toldBy: poller, &actor)
                        } else {
                            hammer.take(try await actor.receiveSome(on: lane.pull), isClosing: true)
                        }
                    }
                }
            }
            group.addTask {
                try await onThread {
                    var actor = hammer.makeActor("receiving thread")
                    while !sending.isDone, hammer.ledger.violations.isEmpty {
                        let lane = current.value
                        hammer.take(try actor.receiveSomeBlocking(on: lane.pull), isClosing: true)
                    }
                }
            }
            group.addTask(executorPreference: hammer.executor) {
                defer { isClosing.countDown() }
                var actor = hammer.makeActor("closer")
                while !hammer.isOver {
                    try? await Task.sleep(for: actor.drawTime(upTo: .milliseconds(20)))
                    let old = current.value
                    let new = try Lane()
                    if actor.chance(50) { old.pull.close() }
                    if actor.chance(50) { old.push.close() }
                    current.change { $0 = new }
                    // What else is closed is closed by its context, or as nobody knows it any more.
                    if actor.chance(50) { await actor.doing("shutdown") { await old.context.shutdown() } }
                    if actor.chance(50) { try await actor.doing("closed") { try await old.closed() } }
                    old.pull.close()
                    old.push.close()
                }
            }
            await sending.wait()
            group.cancelAll()
        }
        let last = current.value
        await last.context.shutdown()
    }

    private struct Lane: Sendable {
        let context: Context
        let push: Push
        let pull: Pull

        init() throws {
            context = try Context()
            pull = try Pull(context) { $0.receiveHighWaterMark = 5 }
            push = try Push(context) {
                $0.sendHighWaterMark = 5
                $0.linger = .zero
            }
            try push.connect(pull.bind((Transport.allCases.randomElement() ?? .tcp).freshEndpoint()))
        }

        /// Closes both sockets, and returns when libzmq has let go of them.
        nonisolated(nonsending) func closed() async throws {
            for socket in [pull, push] as [any Socket] {
                do {
                    try await socket.closed()
                } catch let error as ZMQError where error.code == .closed {
                    // Of one that was closed without waiting, nobody learns the end.
                }
            }
        }
    }

    // MARK: Requests that are given up

    @Test(arguments: Preference.allCases)
    func `Each request that is not given up gets its own reply`(preference: Preference) async throws {
        let hammer = Hammer("requests", on: preference.executor)
        let context = try Context()
        hammer.onHang { Task { await context.shutdown() } }
        let lanes = try Transport.allCases.map { transport in
            try Connected(over: transport, context: context, { try Reply($0) }, { try Request($0) })
        }
        let asking = Countdown(lanes.count * 3)
        try await hammer.run { group in
            for (lane, pair) in lanes.enumerated() {
                for place in 0..<2 {
                    group.addTask(executorPreference: hammer.executor) {
                        var actor = hammer.makeActor("server \(lane).\(place)")
                        do {
                            for try await request in pair.bound.requests {
                                if actor.chance(10) {
                                    try await Task.sleep(for: actor.drawTime(upTo: .milliseconds(2)))
                                }
                                try await request.reply(request.message)
                            }
                        } catch is CancellationError {}
                    }
                }
                let threadsRequest = try Request(context) { $0.linger = .zero }
                try threadsRequest.connect(pair.endpoint)
                group.addTask {
                    defer { asking.countDown() }
                    try await onThread {
                        var actor = hammer.makeActor("asking thread \(lane)")
                        let sender = hammer.ledger.makeSender()
                        while !hammer.isOver {
                            let parcel = hammer.ledger.next(of: sender)
                            let timeout = actor.drawTime(upTo: .milliseconds(4))
                            let attempt = try actor.doingOnThread("blocking request, \(timeout)") {
                                try Attempt { try threadsRequest.blocking.request(parcel.message, timeout: timeout) }
                            }
                            hammer.judge(attempt, to: parcel)
                        }
                    }
                }
                for place in 0..<2 {
                    group.addTask(executorPreference: hammer.executor) {
                        defer { asking.countDown() }
                        var actor = hammer.makeActor("client \(lane).\(place)")
                        let sender = hammer.ledger.makeSender()
                        while !hammer.isOver {
                            let parcel = hammer.ledger.next(of: sender)
                            hammer.judge(try await actor.ask(parcel.message, of: pair.connecting), to: parcel)
                        }
                    }
                }
                group.addTask(executorPreference: hammer.executor) {
                    var actor = hammer.makeActor("disturber \(lane)")
                    while !hammer.isOver {
                        actor.disturb(pair.bound)
                        actor.disturb(pair.connecting)
                        try? await Task.sleep(for: actor.drawTime(upTo: .microseconds(500)))
                    }
                }
            }
            await asking.wait()
            group.cancelAll()
        }
        await context.shutdown()
    }
}

extension HammerActor {
    /// Asks, in one of several ways.
    fileprivate nonisolated(nonsending) mutating func ask(
        _ message: Message, of request: Request
    ) async throws -> Attempt<Message> {
        switch draw(0..<3) {
        case 0: return try await doing("request") { try await .of { try await request.request(message) } }
        case 1:
            let timeout = drawTime(upTo: .milliseconds(4))
            return try await doing("request, \(timeout)") {
                try await .of { try await request.request(message, timeout: timeout) }
            }
        default:
            var copy = self
            defer { self = copy }
            return try await doing("request, to be cancelled") {
                try await .of { try await copy.cancelling { try await request.request(message) } }
            }
        }
    }
}

extension Hammer {
    /// Notes how an attempt to send ended; none fails.
    fileprivate func settle(_ parcel: Parcel, _ attempt: Attempt<Void>) {
        switch attempt {
        case .done: ledger.settle(parcel, wasSent: true)
        case .gaveUp: ledger.settle(parcel, wasSent: false)
        case .failed(let code):
            ledger.settle(parcel, wasSent: false)
            ledger.violate("a send failed with \(code)")
        }
    }

    /// What was received, if anything.
    fileprivate func result(_ attempt: Attempt<Message>) -> Message? {
        switch attempt {
        case .done(let message): return message
        case .gaveUp: return nil
        case .failed(let code):
            ledger.violate("a receive failed with \(code)")
            return nil
        }
    }

    /// Waits for a poller once, and takes all that is there.
    fileprivate nonisolated(nonsending) func drain(
        _ sockets: [Pull], toldBy poller: Poller<Int>, _ actor: inout HammerActor
    ) async throws {
        let timeout = actor.drawTime(upTo: .milliseconds(5))
        let attempt = try await actor.doing("poll, \(timeout)") {
            try await Attempt.of { try await poller.wait(timeout: timeout) }
        }
        guard case .done(let ready) = attempt else { return }
        for key in ready.map(\.key) where sockets.indices.contains(key) {
            while let message = try? sockets[key].tryReceive() { ledger.take(message) }
        }
    }

    /// Notes how an answer of a ROUTER's ended: only somebody who is gone may be unreachable.
    fileprivate func judge(_ answer: Attempt<Void>, to request: Message, _ gone: Watched<Set<Frame>>) {
        guard case .failed(let code) = answer, let name = request.first else { return }
        guard code == .hostUnreachable, gone.value.contains(name) else {
            ledger.violate("the answer to \(name) failed with \(code)")
            return
        }
    }

    /// Notes the reply to a request: its own, or none.
    fileprivate func judge(_ attempt: Attempt<Message>, to parcel: Parcel) {
        switch attempt {
        case .done(let reply):
            ledger.settle(parcel, wasSent: true)
            if Parcel(reply) == parcel {
                ledger.take(parcel)
            } else {
                ledger.violate("the reply to \(parcel) is \(Parcel(reply).map { "that to \($0)" } ?? "none")")
            }
        case .gaveUp: break
        case .failed(let code): ledger.violate("a request failed with \(code)")
        }
    }

    /// The life of a client of a ROUTER's, from its connection to its end: one that leaves in the midst of it, or one that
    /// gets the answer to each of its requests first.
    fileprivate nonisolated(nonsending) func live(
        as name: Frame, in context: Context, _ endpoint: String, _ actor: inout HammerActor,
        _ gone: Watched<Set<Frame>>
    ) async throws {
        let dealer = try Dealer(context) {
            $0.routingID = name
            $0.sendHighWaterMark = 2
            $0.receiveHighWaterMark = 2
            $0.linger = .zero
        }
        try dealer.connect(endpoint)
        let sender = ledger.makeSender()
        var isOwed = Set<Parcel>()
        func receive() async throws {
            guard let message = result(try await actor.receive(on: dealer)) else { return }
            guard let parcel = Parcel(message), isOwed.remove(parcel) != nil else {
                ledger.violate("\(name) got \(Parcel(message).map { "\($0)" } ?? "something"), which it is not owed")
                return
            }
            ledger.take(parcel)
        }
        let requests = actor.draw(1..<30)
        let deadline = ContinuousClock.now + Self.patience * 2
        // Whoever leaves in the midst of it counts for nothing: its requests and their answers may be lost.
        let leavesAt = actor.chance(30) ? actor.draw(0..<requests) : nil
        for number in 0..<requests where ledger.violations.isEmpty {
            if number == leavesAt {
                gone.change { $0.insert(name) }
                dealer.close()
                return
            }
            let parcel = ledger.next(of: sender, hasOneFrame: true)
            // Owed before it is sent, as the answer may come before the send returns.
            var isSent = false
            while !isSent, ledger.violations.isEmpty {
                if ContinuousClock.now > deadline { giveUp("\(name) cannot send, owed \(isOwed)") }
                switch try await actor.send(parcel.message, on: dealer) {
                case .done: isSent = true
                case .gaveUp: continue
                case .failed(let code): ledger.violate("a request failed with \(code)")
                }
            }
            isOwed.insert(parcel)
            if leavesAt == nil { ledger.settle(parcel, wasSent: true) }
            while isOwed.count > 4, ledger.violations.isEmpty {
                if ContinuousClock.now > deadline { giveUp("\(name) waits for the answers to \(isOwed)") }
                try await receive()
            }
        }
        while !isOwed.isEmpty, ledger.violations.isEmpty {
            if ContinuousClock.now > deadline { giveUp("\(name) waits for the answers to \(isOwed)") }
            try await receive()
        }
        gone.change { $0.insert(name) }
        dealer.close()
    }
}
