// Lookups: how they begin, go on and end.
extension Node {
    /// The most lookups that go on at once for what is due.
    private static let mostBackgroundTasks = 4

    /// Begins a lookup.
    mutating func begin(_ goal: NodeTask.Goal, of target: NodeID, now: Instant) {
        let known = table.nearest(to: target, settings.replication * 3, suspects: true)
        var lookup = Lookup(
            of: target, own: id, wanted: settings.replication, parallel: settings.parallelism, knowing: known)
        if case .find = goal {
            lookup.isForValue = true
            if let nearest = known.first, mostLikelyHolds(nearest, target, now: now) { lookup.askNearestAlone() }
        }
        table.noteLookup(of: target, now: now)
        lastTask &+= 1
        let task = NodeTask(goal: goal, lookup: lookup)
        if task.isBackground { backgroundTasks += 1 }
        tasks[lastTask] = task
        proceed(lastTask, now: now)
    }

    /// Whether a node, the nearest to a key that this one knows, most likely has its value: there are not nearly so many nearer
    /// ones as have it, and no answer was late in the last while. To ask α at once would cost as many times the messages.
    private func mostLikelyHolds(_ contact: Contact, _ key: NodeID, now: Instant) -> Bool {
        guard now - lastLateness > settings.requestTimeout else { return false }
        let neighbours = table.nearest(to: id, settings.replication)
        guard let farthest = neighbours.last else { return false }
        let nearer = LifeOfCopy.nodesBetween(
            neighbours: neighbours.count, reach: farthest.id.distance(to: id), distance: contact.id.distance(to: key))
        return nearer < Double(settings.replication) / 2
    }

    /// Begins a lookup when there are not too many.
    mutating func beginLater(_ goal: NodeTask.Goal, of target: NodeID, now: Instant) {
        waitingTasks.append((goal, target))
        beginWaiting(now: now)
    }

    private mutating func beginWaiting(now: Instant) {
        let most = leaving == nil ? Self.mostBackgroundTasks : 4 * Self.mostBackgroundTasks
        while backgroundTasks < most, let next = waitingTasks.popLast() { begin(next.goal, of: next.target, now: now) }
    }

    /// Asks whoever is next, and ends a lookup that is finished.
    mutating func proceed(_ number: UInt32, now: Instant) {
        while let contact = tasks[number]?.lookup.next() {
            guard let lookup = tasks[number]?.lookup else { return }
            let body: PeerMessage.Body = lookup.isForValue ? .findValue(lookup.target) : .findNode(lookup.target)
            request(body, of: contact.id, at: contact.address, for: .lookup(number), now: now)
        }
        guard let task = tasks[number], task.value == nil, task.lookup.isFinished else { return }
        if task.lookup.isStranded {
            let contacts = table.lastSeen(3 * settings.replication)
            tasks[number]?.lookup.widen(knowing: contacts)
            return proceed(number, now: now)
        }
        finishLookup(number, task, now: now)
    }

    /// Takes an answer to FIND_NODE or FIND_VALUE.
    mutating func takeLookupAnswer(_ message: PeerMessage, in number: UInt32, now: Instant) {
        switch message.body {
        case .nodes(let contacts, let held, let token):
            let believed = settings.requiresKeys ? contacts.filter(\.idBelongsToKey) : contacts
            if case .join = tasks[number]?.goal { lookForDouble(among: believed, now: now) }
            tasks[number]?.lookup.answer(from: message.sender, naming: believed, token: token, holding: held)
        case .value(let value, let life, _):
            guard let task = tasks[number], task.lookup.isForValue else { break }
            finishFind(number, task, from: message.sender, value, life: life, now: now)
            return
        case .ping, .pong, .findNode, .findValue, .store, .stored:
            // An answer to another question: no answer.
            tasks[number]?.lookup.failed(message.sender)
        }
        proceed(number, now: now)
    }

    private mutating func finishLookup(_ number: UInt32, _ task: NodeTask, now: Instant) {
        switch task.goal {
        case .join:
            remove(number, now: now)
            noteNeighbours(task.lookup, now: now)
        case .explore(let shared, let halvings):
            remove(number, now: now)
            exploreHalves(task.lookup, sharing: shared, halvings: halvings, now: now)
        case .refresh:
            remove(number, now: now)
        case .neighbours(let operation):
            let contacts = task.lookup.nearest(settings.replication).map(\.contact)
            remove(number, now: now)
            events.append(.neighbours(operation, contacts, LookupFigures(task.lookup)))
        case .find(let operation):
            remove(number, now: now)
            events.append(.found(operation, nil, LookupFigures(task.lookup)))
        case .store, .republish:
            beginStoring(number, task, now: now)
        }
    }

    /// Ends a lookup that has found the value, and leaves a copy with the nearest that did not have it.
    private mutating func finishFind(
        _ number: UInt32, _ task: NodeTask, from sender: NodeID, _ value: StoredValue, life: UInt32, now: Instant
    ) {
        tasks[number]?.lookup.answer(from: sender, naming: [], token: 0)
        let figures = LookupFigures(tasks[number]?.lookup ?? task.lookup)
        let key = task.lookup.target
        remove(number, now: now)
        guard case .find(let operation) = task.goal else { return }
        events.append(.found(operation, value, figures))
        guard let nearest = task.lookup.nearest(1).first, nearest.held == .none else { return }
        request(
            .store(key, value, life: life, isCopy: true, token: nearest.token), of: nearest.contact.id,
            at: nearest.contact.address, for: .copy(key), now: now)
    }

    /// Forgets a task that has ended, and begins one that waits.
    mutating func remove(_ number: UInt32, now: Instant) {
        guard let task = tasks.removeValue(forKey: number) else { return }
        if task.isBackground { backgroundTasks -= 1 }
        beginWaiting(now: now)
    }
}
