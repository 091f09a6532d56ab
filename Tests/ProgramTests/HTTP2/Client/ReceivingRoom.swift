/// The windows that a client has given the server (RFC 9113, section 6.9), and how much of them is taken.
///
/// The server learns of a smaller window later than it is announced: it counts once it is acknowledged.
struct ReceivingRoom {
    private var initial = 65_535
    private var announced: [Int?] = []
    private var connection = 65_535
    private var streams: [UInt32: Int] = [:]
    private var untold: [UInt32: Int] = [:]

    init(_ settings: [RawFrame.Setting]) {
        announced = [Self.initialWindow(of: settings)]
        applyGrowth()
    }

    private static func initialWindow(of settings: [RawFrame.Setting]) -> Int? {
        settings.last { $0.identifier == 4 }.map { Int($0.value) }
    }

    mutating func announce(_ frame: RawFrame) {
        var value: Int?
        for start in stride(from: 0, to: frame.payload.count - 5, by: 6)
        where frame.payload[start] == 0 && frame.payload[start + 1] == 4 {
            value = Int(UInt32(octets: frame.payload[(start + 2)...]))
        }
        announced.append(value)
        applyGrowth()
    }

    /// A larger window may be used as soon as the server knows of it, and it may know before it says so.
    private mutating func applyGrowth() {
        if case .some(.some(let value)) = announced.last, value > initial { apply(value) }
    }

    mutating func acknowledge() {
        guard !announced.isEmpty, let value = announced.removeFirst() else { return }
        apply(value)
    }

    private mutating func apply(_ value: Int) {
        for (stream, window) in streams { streams[stream] = window + value - initial }
        initial = value
    }

    mutating func give(_ count: Int, on stream: UInt32) {
        if stream == 0 { connection += count } else { streams[stream, default: initial] += count }
    }

    /// Notes DATA, and throws if there was no room for it.
    mutating func take(_ count: Int, on stream: UInt32) throws {
        connection -= count
        streams[stream, default: initial] -= count
        untold[0, default: 0] += count
        untold[stream, default: 0] += count
        guard count == 0 || (connection >= 0 && streams[stream, default: 0] >= 0) else {
            throw HTTP2Client.BrokenRule(
                description:
                    "DATA of \(count) bytes on stream \(stream) goes \(-connection) bytes beyond the window of "
                    + "the connection, \(-streams[stream, default: 0]) beyond that of the stream")
        }
    }

    /// The frames that give back what was taken, once it is worth while.
    mutating func due(every amount: Int, on stream: UInt32, streamIsOver: Bool) -> [RawFrame] {
        if streamIsOver { untold[stream] = nil }
        return [0, stream].compactMap { stream in
            guard let count = untold[stream], count >= amount else { return nil }
            untold[stream] = 0
            return .windowUpdate(stream, UInt32(count))
        }
    }
}
