import NIOCore

/// The durations of the settings that a connection waits for, in the event loop's own terms.
struct HTTPTimes {
    let header: TimeAmount
    let idle: TimeAmount
    let linger: TimeAmount

    init(_ settings: HTTPSettings) {
        header = TimeAmount(settings.headerTimeout)
        idle = TimeAmount(settings.idleTimeout)
        linger = TimeAmount(settings.lingerTimeout)
    }
}

extension FrontRules {
    /// How long a client has to close its side once it has everything.
    var lingerTime: TimeAmount { isDraining ? min(times.linger, .seconds(1)) : times.linger }
}
