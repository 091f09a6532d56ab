/// The frames of RFC 9113, as a client writes them.
extension RawFrame {
    /// A setting, in the order in which it is to be written.
    struct Setting: Sendable {
        let identifier: UInt16
        let value: UInt32

        static func headerTableSize(_ value: UInt32) -> Setting { Setting(identifier: 1, value: value) }
        static func enablePush(_ value: UInt32) -> Setting { Setting(identifier: 2, value: value) }
        static func maxConcurrentStreams(_ value: UInt32) -> Setting { Setting(identifier: 3, value: value) }
        static func initialWindowSize(_ value: UInt32) -> Setting { Setting(identifier: 4, value: value) }
        static func maxFrameSize(_ value: UInt32) -> Setting { Setting(identifier: 5, value: value) }
        static func maxHeaderListSize(_ value: UInt32) -> Setting { Setting(identifier: 6, value: value) }
    }

    /// What RFC 7540 called a stream's priority.
    struct Dependency: Sendable {
        var stream: UInt32 = 0
        var isExclusive = false
        var weight: UInt8 = 15

        var octets: [UInt8] { (stream | (isExclusive ? 1 << 31 : 0)).octets + [weight] }
    }

    static func headers(
        _ stream: UInt32, _ block: [UInt8], end: Bool = true, complete: Bool = true, padding: Int? = nil,
        dependency: Dependency? = nil
    ) -> RawFrame {
        var flags = (end ? Flag.endStream : 0) | (complete ? Flag.endHeaders : 0)
        if dependency != nil { flags |= Flag.priority }
        return padded(kind: Kind.headers, flags, stream, (dependency?.octets ?? []) + block, by: padding)
    }

    static func continuation(_ stream: UInt32, _ block: [UInt8], complete: Bool = true) -> RawFrame {
        RawFrame(
            kind: Kind.continuation, flags: complete ? Flag.endHeaders : 0, stream: stream, payload: block)
    }

    static func data(_ stream: UInt32, _ bytes: [UInt8], end: Bool = true, padding: Int? = nil) -> RawFrame {
        padded(kind: Kind.data, end ? Flag.endStream : 0, stream, bytes, by: padding)
    }

    private static func padded(kind: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8], by padding: Int?)
        -> RawFrame
    {
        guard let padding else { return RawFrame(kind: kind, flags: flags, stream: stream, payload: payload) }
        return RawFrame(
            kind: kind, flags: flags | Flag.padded, stream: stream,
            payload: [UInt8(truncatingIfNeeded: padding)] + payload + [UInt8](repeating: 0, count: padding))
    }

    static func settings(_ settings: Setting...) -> RawFrame { self.settings(settings) }

    static func settings(_ settings: [Setting]) -> RawFrame {
        RawFrame(
            kind: Kind.settings, stream: 0,
            payload: settings.flatMap {
                [UInt8(truncatingIfNeeded: $0.identifier >> 8), UInt8(truncatingIfNeeded: $0.identifier)]
                    + $0.value.octets
            })
    }

    static let settingsAcknowledgment = RawFrame(kind: Kind.settings, flags: Flag.acknowledgment, stream: 0)

    static func ping(_ number: UInt32 = 0, isAcknowledgment: Bool = false) -> RawFrame {
        RawFrame(
            kind: Kind.ping, flags: isAcknowledgment ? Flag.acknowledgment : 0, stream: 0,
            payload: [0x70, 0x69, 0x6E, 0x67] + number.octets)
    }

    static func goAway(last: UInt32 = 0, _ code: HTTP2Code = .noError, reason: [UInt8] = []) -> RawFrame {
        RawFrame(kind: Kind.goAway, stream: 0, payload: last.octets + code.value.octets + reason)
    }

    static func reset(_ stream: UInt32, _ code: HTTP2Code = .cancel) -> RawFrame {
        RawFrame(kind: Kind.reset, stream: stream, payload: code.value.octets)
    }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> RawFrame {
        RawFrame(kind: Kind.windowUpdate, stream: stream, payload: increment.octets)
    }

    static func priority(_ stream: UInt32, _ dependency: Dependency = Dependency()) -> RawFrame {
        RawFrame(kind: Kind.priority, stream: stream, payload: dependency.octets)
    }

    static func pushPromise(_ stream: UInt32, promising promised: UInt32, _ block: [UInt8]) -> RawFrame {
        RawFrame(
            kind: Kind.pushPromise, flags: Flag.endHeaders, stream: stream, payload: promised.octets + block)
    }
}
