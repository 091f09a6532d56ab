import SwiftZMQ
import TopicMatching
import WorkerProtocol

extension TopicBroadcaster {
    /// What stands before a stream. It is not to be kept, and not to be held back by a proxy that compresses it or waits
    /// until there is more of it (`x-accel-buffering` is nginx's).
    static let head = ReplyHead(
        status: 200,
        fields: [
            .init(name: "content-type", value: "text/event-stream"),
            .init(name: "cache-control", value: "no-store, no-transform"),
            .init(name: "x-accel-buffering", value: "no"),
        ])

    /// What the client of a WebSocket is told when it is accepted.
    static func acceptance(_ kind: TopicReaderKind) -> ReplyHead {
        let chosen =
            kind == .webSocketJSON
            ? [ReplyHead.Field(name: "sec-websocket-protocol", value: TopicReaderKind.json)] : []
        return ReplyHead(status: ReplyHead.switchingProtocols, fields: chosen)
    }

    /// A client wants to read.
    ///
    /// - Parameter window: the most bytes that may be on their way to it.
    mutating func open(_ id: RequestID, _ request: TopicRequest, window: Int, at now: ContinuousClock.Instant) {
        guard let route = routeIndex[request.route] else { return emit(id, .failure(.unknownService)) }
        if request.isHead { return emit(id, .begin(Self.head, piece: Frame())) }
        guard !isDraining else {
            begin(id, request.kind, Frame())
            return emit(id, .end(Frame()))
        }
        var reader = TopicReader(id, request, route: route, window: window)
        let misses = recall(&reader)
        let gap = misses ? request.kind.gap ?? Frame() : Frame()
        // Some proxies and clients pass the head on with the first byte of the body alone.
        let first = request.kind == .eventStream ? Frame(joining: [EventStreamText.comment, gap]) : gap
        reader.inFlight = first.count
        reader.lastDelivered = lastID
        let slot = readers.insert(reader)
        readerIndex[id] = slot
        routes[route].clients += 1
        for prefix in request.prefixes { want(prefix, slot, route) }
        // A WebSocket has its own way of not looking idle.
        if !request.kind.isWebSocket { comments.append((now + configuration.commentInterval, slot, id)) }
        begin(id, request.kind, first)
        if reader.replay != nil { markDue(slot) }
    }

    private mutating func begin(_ id: RequestID, _ kind: TopicReaderKind, _ first: Frame) {
        guard kind.isWebSocket else { return emit(id, .begin(Self.head, piece: first)) }
        // What the client says is of no interest to anybody.
        emit(id, .open(Self.acceptance(kind), credit: .max))
        if !first.isEmpty { emit(id, .piece(first)) }
    }

    /// A client has gone.
    mutating func cancel(_ id: RequestID) { remove(id) }

    /// Forgets a reader, and ceases to listen to what it alone wanted.
    mutating func remove(_ id: RequestID) {
        guard let slot = readerIndex.removeValue(forKey: id) else { return }
        noteOvertaken(slot)
        let route = readers[slot].route
        routes[route].clients -= 1
        for prefix in readers[slot].request.prefixes { renounce(prefix, slot, route) }
        readers.remove(slot)
    }

    /// Hands a reader what waits for it.
    func hasMore(_ slot: Int) -> Bool { !readers[slot].queue.isEmpty || readers[slot].untold > 0 }

    mutating func fill(_ slot: Int) {
        let id = readers[slot].id
        repeat {
            if readers[slot].replay != nil { takeFromHistory(slot) }
            guard let piece = readers[slot].takePiece(most: configuration.pieceSize) else { return }
            emit(id, .piece(piece))
        } while hasMore(slot) || readers[slot].replay != nil
    }

    // MARK: Prefixes

    private mutating func want(_ prefix: [UInt8], _ slot: Int, _ route: Int) {
        if let number = routes[route].tree.number(of: prefix.span) {
            routes[route].prefixes[number].readers.append(slot)
            return
        }
        // What a shorter prefix has been listened to for holds for this one, too.
        let since = min(lastID, listenedSince(prefix, route) ?? lastID)
        let number = routes[route].tree.insert(prefix.span)
        if number == routes[route].prefixes.count { routes[route].prefixes.append(Prefix()) }
        routes[route].prefixes[number] = Prefix(text: prefix, since: since, readers: [slot])
        for endpoint in routes[route].route.endpoints { want(prefix, of: endpoint) }
    }

    private mutating func renounce(_ prefix: [UInt8], _ slot: Int, _ route: Int) {
        guard let number = routes[route].tree.number(of: prefix.span),
            let position = routes[route].prefixes[number].readers.firstIndex(of: slot)
        else { return }
        let last = routes[route].prefixes[number].readers.count - 1
        routes[route].prefixes[number].readers.swapAt(position, last)
        routes[route].prefixes[number].readers.removeLast()
        guard last == 0 else { return }
        routes[route].tree.remove(prefix.span)
        routes[route].prefixes[number] = Prefix()
        for endpoint in routes[route].route.endpoints { renounce(prefix, of: endpoint) }
    }

    /// A route wants what begins with a prefix of a publisher.
    mutating func want(_ prefix: [UInt8], of endpoint: String) {
        let count = upstreams[endpoint]?.wanted[prefix] ?? 0
        upstreams[endpoint]?.wanted[prefix] = count + 1
        if count == 0 { act(.subscribe(endpoint: endpoint, prefix: Frame(prefix))) }
    }

    /// A route does not want it any more.
    mutating func renounce(_ prefix: [UInt8], of endpoint: String) {
        guard let count = upstreams[endpoint]?.wanted[prefix] else { return }
        upstreams[endpoint]?.wanted[prefix] = count > 1 ? count - 1 : nil
        if count == 1 { act(.unsubscribe(endpoint: endpoint, prefix: Frame(prefix))) }
    }
}
