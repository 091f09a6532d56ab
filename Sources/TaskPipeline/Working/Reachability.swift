import Glibc
import SystemSupport

/// Whether an endpoint can be reached, and when to say that it cannot: after some seconds, and then at ever longer times.
struct Reachability: Sendable {
    let endpoint: String
    private var lostSince: Moment?
    private var nextNotice: Moment
    private var pause = GrowingInterval(from: .seconds(5), upTo: .seconds(600))
    private var isTold = false
    /// Why the other end has refused the last connection; nil when it has not.
    private(set) var refusal: String?

    init(_ endpoint: String, since now: Moment) {
        self.endpoint = endpoint
        lostSince = isWithinProcess(endpoint) ? nil : now
        nextNotice = now + pause.next()
    }

    mutating func note(isConnected: Bool, at now: Moment) {
        if isConnected {
            lostSince = nil
            refusal = nil
        } else if lostSince == nil {
            lostSince = now
            pause.reset()
            nextNotice = now + pause.next()
        }
    }

    mutating func note(_ change: ConnectionChange, at now: Moment) {
        switch change {
        case .made: note(isConnected: true, at: now)
        case .lost: note(isConnected: false, at: now)
        case .refused(let reason):
            note(isConnected: false, at: now)
            // A refusal breaks off now and then before its reason has come. What was said before holds on.
            if refusal == nil || reason != Refusal.brokeOff { refusal = reason }
        }
    }

    /// For how long it has not been reached, when it is time to say so.
    mutating func dueNotice(at now: Moment) -> Duration? {
        guard let lostSince, now >= nextNotice else { return nil }
        nextNotice = now + pause.next()
        isTold = true
        return now - lostSince
    }

    /// Whether it is reached again after it was told that it is not.
    mutating func hasComeBack() -> Bool {
        guard isTold, lostSince == nil else { return false }
        isTold = false
        return true
    }

    /// Why an endpoint cannot be reached, found out by trying; it may take seconds, on whatever thread it is called.
    static func reason(_ endpoint: String) -> String {
        guard endpoint.hasPrefix("tcp://") else { return "nobody listens there" }
        let address = endpoint.dropFirst(6).split(separator: ";").last ?? ""
        guard let colon = address.lastIndex(of: ":") else { return "nobody listens there" }
        let host = address[..<colon].filter { !"[]".contains($0) }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(address[address.index(after: colon)...]), &hints, &found)
        guard code == 0, let first = found else {
            return "the name \(host) does not resolve: \(String(cString: gai_strerror(code)))"
        }
        defer { freeaddrinfo(found) }
        let probe = socket(
            first.pointee.ai_family,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return "nobody answers there" }
        defer { Glibc.close(probe) }
        if connect(probe, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 {
            return "whoever is there is no pipeline"
        }
        guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
        var wait = pollfd(fd: probe, events: Int16(POLLOUT), revents: 0)
        guard poll(&wait, 1, 2000) > 0 else { return "nobody answers there" }
        var failure: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(probe, SOL_SOCKET, SO_ERROR, &failure, &size)
        return failure == 0 ? "whoever is there is no pipeline" : String(cString: strerror(failure))
    }
}
