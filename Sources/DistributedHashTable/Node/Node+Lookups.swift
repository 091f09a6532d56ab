// Lookups: how they begin, go on and end.
extension Node {
    /// The most lookups that go on at once for what is due.
    private static let mostBackgroundTasks = 4

    /// Begins a lookup.
    mutating func begin(_ goal: NodeTask.Goal, of target: NodeID, now: Instant) {
        let known = table.nearest(to: target, settings.replication * 3, suspects: true)
        var lookup = Lookup(
            of: target, own: id, wanted: settings.replication, parallel: settings.parallelism, knowing: known)
        if case .find = goal { lookup.isForValue = true }
        table.noteLookup(of: target, now: now)
        lastTask &+= 1
        let task = NodeTask(goal: goal, lookup: lookup)
        if task.isBackground { backgroundTasks += 1 }
        tasks[lastTask] = task
        proceed(lastTask, now: now)
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
        finishLookup(number, task, now: now)
    }

    /// Takes an answer to FIND_NODE or FIND_VALUE.
    mutating func takeLookupAnswer(_ message: PeerMessage, in number: UInt32, now: Instant) {
        switch message.body {
        case .nodes(let contacts, let version, let token):
            let believed = settings.requiresKeys ? contacts.filter(\.idBelongsToKey) : contacts
            tasks[number]?.lookup.answer(from: message.sender, naming: believed, token: token, version: version)
        case .value(let value, let life, let isCopy):
            guard let task = tasks[number], task.lookup.isForValue else { break }
            finishFind(number, task, from: message.sender, value, life: life, isCopy: isCopy, now: now)
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
            noteJoined()
            refreshFartherBuckets(now: now)
        case .refresh:
            remove(number, now: now)
        case .neighbours(let operation):
            let contacts = task.lookup.nearest(settings.replication).map(\.contact)
            remove(number, now: now)
            events.append(.neighbours(operation, contacts, LookupFigures(task.lookup)))
        case .find(let operation):
            remove(number, now: now)
            if let operation { events.append(.found(operation, nil, LookupFigures(task.lookup))) }
        case .store, .republish:
            beginStoring(number, task, now: now)
        }
    }

    /// Ends a lookup that has found the value, and leaves a copy with the nearest that did not have it.
    private mutating func finishFind(
        _ number: UInt32, _ task: NodeTask, from sender: NodeID, _ value: StoredValue, life: UInt32, isCopy: Bool,
        now: Instant
    ) {
        tasks[number]?.lookup.answer(from: sender, naming: [], token: 0, version: value.version)
        let figures = LookupFigures(tasks[number]?.lookup ?? task.lookup)
        let key = task.lookup.target
        remove(number, now: now)
        guard case .find(let operation?) = task.goal else {
            _ = keepValue(value, of: key, until: now + .seconds(Double(life)), asCopy: isCopy, now: now)
            return
        }
        events.append(.found(operation, value, figures))
        guard let nearest = task.lookup.nearest(1).first, nearest.version == 0 else { return }
        request(
            .store(key, value, life: life, isCopy: true, token: nearest.token), of: nearest.contact.id,
            at: nearest.contact.address, for: .handOver(key), now: now)
    }

    /// Forgets a task that has ended, and begins one that waits.
    mutating func remove(_ number: UInt32, now: Instant) {
        guard let task = tasks.removeValue(forKey: number) else { return }
        if task.isBackground { backgroundTasks -= 1 }
        beginWaiting(now: now)
    }
}

// Joining.
extension Node {
    mutating func askToJoin(_ address: PeerAddress, now: Instant) {
        request(.ping, of: nil, at: address, for: .bootstrap, now: now)
    }

    mutating func beginJoining(now: Instant) {
        guard !hasJoined, !tasks.values.contains(where: { if case .join = $0.goal { true } else { false } }) else {
            return
        }
        begin(.join, of: id, now: now)
    }

    mutating func noteJoined() {
        guard !hasJoined else { return }
        hasJoined = true
        events.append(.joined)
    }

    /// Learns of nodes in all parts of the space that are farther away than the nearest neighbour.
    mutating func refreshFartherBuckets(now: Instant) {
        guard let neighbour = table.nearest(to: id, 1).first else { return }
        for depth in 0..<table.index(of: neighbour.id) {
            beginLater(.refresh, of: id.random(sharing: depth, using: &random), now: now)
        }
    }
}
