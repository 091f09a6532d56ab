extension PollerCore {
    func add(_ handle: SocketHandle, for interest: PollEvents, as key: String) throws(ZMQError) -> UInt64 {
        try origin.require("register a socket")
        let core = handle.core
        let token = try reserve(
            Item(
                source: .socket(ObjectIdentifier(core)), key: key, handle: handle, descriptor: core.descriptor,
                interest: interest))
        do throws(ZMQError) {
            // Under the socket's lock, as a closed socket's descriptor may be another's already.
            try core.withSocket("register a socket", attaches: false) { _ throws(ZMQError) in
                try queue.add(core.descriptor, token: token)
            }
        } catch {
            abandon(token)
            throw error
        }
        lookAt(token)
        return token
    }

    func add(_ descriptor: Int32, for interest: PollEvents, as key: String) throws(ZMQError) -> UInt64 {
        try origin.require("register descriptor \(descriptor)")
        let token = try reserve(
            Item(source: .descriptor(descriptor), key: key, handle: nil, descriptor: descriptor, interest: interest))
        do throws(ZMQError) {
            try queue.add(descriptor, for: interest, token: token)
            if interest.isEmpty { try pause(token, descriptor) }
        } catch {
            abandon(token)
            throw error
        }
        return token
    }

    func modify(_ token: UInt64, to interest: PollEvents) throws(ZMQError) {
        try origin.require("modify")
        guard let item = state.withLock({ $0.items[token] }) else { return }
        try validate(interest, of: item.handle)
        if item.handle == nil {
            if interest.isEmpty {
                if item.isQueued { try pause(token, item.descriptor) }
            } else if item.isQueued {
                try queue.modify(item.descriptor, for: interest, token: token)
            } else {
                try queue.add(item.descriptor, for: interest, token: token)
            }
        }
        state.withLock { state in
            state.items[token]?.interest = interest
            state.items[token]?.isQueued = item.handle != nil || !interest.isEmpty
        }
        if item.handle != nil { lookAt(token) }
    }

    func remove(_ token: UInt64) throws(ZMQError) {
        try origin.require("unregister")
        let item = state.withLock { state in
            let item = state.items.removeValue(forKey: token)
            if let item { state.tokens[item.source] = nil }
            state.candidates.remove(token)
            return item
        }
        guard let item else { return }
        guard let core = item.handle?.core else {
            if item.isQueued { queue.removeIfOpen(item.descriptor) }
            return
        }
        core.state.withLock { state in
            // The kernel forgets a closed one by itself, and its number may be another's already.
            if state.socket != nil { queue.remove(core.descriptor) }
            state.removeWatch { $0.isOf(self, token) }
        }
    }

    func validate(_ interest: PollEvents, of handle: SocketHandle?) throws(ZMQError) {
        let all: PollEvents = [.readable, .writable, .error, .priority]
        guard interest.isSubset(of: all) else {
            throw ZMQError(
                code: .invalidArgument, operation: "wait for events \(interest.rawValue)",
                explanation: "the events are readable, writable, error and priority")
        }
        guard let kind = handle?.core.kind else { return }
        var possible: PollEvents = []
        if kind.receives { possible.insert(.readable) }
        if kind.sends { possible.insert(.writable) }
        guard interest.isSubset(of: possible) else {
            throw ZMQError(
                code: .invalidArgument, operation: "wait for a \(kind.name) socket to be \(interest)",
                explanation: "it can only ever be \(possible)")
        }
    }

    private func reserve(_ item: Item) throws(ZMQError) -> UInt64 {
        try validate(item.interest, of: item.handle)
        return try state.withLock { state throws(ZMQError) in
            guard state.tokens[item.source] == nil else {
                throw ZMQError(
                    code: .invalidArgument, operation: "register \(item.name)",
                    explanation: "it is registered already: modify what it is registered for")
            }
            state.lastToken += 1
            state.items[state.lastToken] = item
            state.tokens[item.source] = state.lastToken
            return state.lastToken
        }
    }

    private func abandon(_ token: UInt64) {
        state.withLock { state in
            guard let item = state.items.removeValue(forKey: token) else { return }
            state.tokens[item.source] = nil
        }
    }

    /// Takes a descriptor that nothing is wanted of out of the queue, which would report its errors all the same.
    private func pause(_ token: UInt64, _ descriptor: Int32) throws(ZMQError) {
        queue.removeIfOpen(descriptor)
        state.withLock { $0.items[token]?.isQueued = false }
    }

    func disarm(_ item: Item, _ token: UInt64) {
        guard let core = item.handle?.core else { return }
        core.state.withLock { state in _ = state.removeWatch { $0.isOf(self, token) } }
    }
}

extension PollerCore.Item {
    /// Why a socket could not be asked, by the user's name for it.
    func failure(_ error: ZMQError) -> ZMQError {
        let isClosed = error.code == .closed || error.code == .terminated
        return ZMQError(
            code: error.code, operation: "wait for \(name) registered as \(key)",
            explanation: isClosed ? "unregister a socket before it is closed" : error.explanation)
    }

    var name: String { handle.map { "a \($0.core.kind.name) socket" } ?? "descriptor \(descriptor)" }
}
