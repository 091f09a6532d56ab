import NIOHTTP2

/// The streams of a connection by their numbers.
struct HTTP2StreamTable {
    private var streams: [HTTP2StreamID: HTTP2Stream] = [:]

    var count: Int { streams.count }
    var isEmpty: Bool { streams.isEmpty }
    /// The numbers, in their order.
    var ids: [HTTP2StreamID] { streams.keys.sorted() }

    /// The stream of a number; nil where there is none.
    subscript(id: HTTP2StreamID) -> HTTP2Stream? { streams[id] }

    /// Puts a stream in.
    mutating func insert(_ stream: HTTP2Stream, as id: HTTP2StreamID) { streams[id] = stream }

    /// Takes a stream out.
    mutating func remove(_ id: HTTP2StreamID) -> HTTP2Stream? { streams.removeValue(forKey: id) }
}
