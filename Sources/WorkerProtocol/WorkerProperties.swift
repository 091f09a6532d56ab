public import SwiftZMQ

/// What a worker asks for in the fourth frame of its READY, an addition to MDP/0.2.
///
/// The frame is ASCII, one `key=value` a line, each ended by LF or the end of the frame. Unknown keys are ignored.
public struct WorkerProperties: Sendable, Hashable {
    /// `concurrency=N`: how many requests may be outstanding at the worker; 1 … 1024, 1 if absent.
    public var concurrency = 1
    /// `cancel=1`: the gateway sends CANCEL when nobody waits for a reply any more.
    public var wantsCancel = false
    /// `credit=1`: streamed replies are paced by CREDIT.
    public var wantsCredit = false
    /// `drain=1`: the worker may send DRAIN.
    public var mayDrain = false
    /// `websocket=1`: the worker serves WebSockets of its service.
    public var servesWebSockets = false

    /// The values that ``concurrency`` may have.
    public static let concurrencyRange = 1...1024

    /// The most bytes the frame may have: 4 KiB.
    public static let maximumSize = 4096

    /// The properties of a worker that asks for nothing.
    public init() {}

    /// Makes properties from their values.
    public init(
        concurrency: Int, wantsCancel: Bool = false, wantsCredit: Bool = false, mayDrain: Bool = false,
        servesWebSockets: Bool = false
    ) {
        self.concurrency = concurrency
        self.wantsCancel = wantsCancel
        self.wantsCredit = wantsCredit
        self.mayDrain = mayDrain
        self.servesWebSockets = servesWebSockets
    }

    /// Reads the properties frame.
    ///
    /// - Throws: which line is malformed, names a key again, or has a value out of range.
    public init(reading frame: Frame) throws(WorkerProtocolError) {
        guard frame.count <= Self.maximumSize else {
            throw WorkerProtocolError(
                .property, "the properties have \(frame.count) bytes; at most \(Self.maximumSize) are allowed")
        }
        let bytes = [UInt8](frame)
        guard bytes.allSatisfy({ $0 == 0x0A || (0x20..<0x7F).contains($0) }) else {
            throw WorkerProtocolError(.property, "the properties contain bytes that are not printable ASCII")
        }
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var seen: Set<String> = []
        for line in lines {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")), equals > line.startIndex else {
                throw WorkerProtocolError(
                    .property,
                    "the property line '\(String(decoding: line.prefix(64), as: UTF8.self))' has no key or no '='")
            }
            let key = String(decoding: line[..<equals], as: UTF8.self)
            let value = String(decoding: line[(equals + 1)...], as: UTF8.self)
            guard seen.insert(key).inserted else {
                throw WorkerProtocolError(.property, "the property '\(key.prefix(64))' is given twice")
            }
            try set(key, to: value)
        }
    }

    private mutating func set(_ key: String, to value: String) throws(WorkerProtocolError) {
        switch key {
        case "concurrency":
            guard !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(value),
                Self.concurrencyRange.contains(number)
            else {
                throw WorkerProtocolError(
                    .property, "the property concurrency is '\(value.prefix(64))'; it must be a number from 1 to 1024")
            }
            concurrency = number
        case "cancel": wantsCancel = try Self.flag(key, value)
        case "credit": wantsCredit = try Self.flag(key, value)
        case "drain": mayDrain = try Self.flag(key, value)
        case "websocket": servesWebSockets = try Self.flag(key, value)
        default: break
        }
    }

    private static func flag(_ key: String, _ value: String) throws(WorkerProtocolError) -> Bool {
        switch value {
        case "1": return true
        case "0": return false
        default:
            throw WorkerProtocolError(.property, "the property \(key) is '\(value.prefix(64))'; it must be 0 or 1")
        }
    }

    /// The frame, or nil where every property has its default and the frame is left out.
    public var frame: Frame? {
        var lines: [String] = []
        if concurrency != 1 { lines.append("concurrency=\(concurrency)") }
        if wantsCancel { lines.append("cancel=1") }
        if wantsCredit { lines.append("credit=1") }
        if mayDrain { lines.append("drain=1") }
        if servesWebSockets { lines.append("websocket=1") }
        return lines.isEmpty ? nil : Frame(lines.joined(separator: "\n"))
    }
}
