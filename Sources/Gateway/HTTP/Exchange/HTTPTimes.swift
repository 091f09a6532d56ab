import NIOCore

/// The durations of the settings in the event loop's own terms.
struct HTTPTimes {
    let header: TimeAmount
    let body: TimeAmount
    let idle: TimeAmount
    let linger: TimeAmount

    init(_ settings: HTTPSettings) {
        header = TimeAmount(settings.headerTimeout)
        body = TimeAmount(settings.bodyTimeout)
        idle = TimeAmount(settings.idleTimeout)
        linger = TimeAmount(settings.lingerTimeout)
    }
}
