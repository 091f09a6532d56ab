import NIOHTTP2

/// The streams of a connection by their numbers, each in a place where it is looked at and changed without being copied.
struct HTTP2StreamTable {
    private var places: [HTTP2StreamID: Int] = [:]
    private var streams: [HTTP2Stream?] = []
    private var free: [Int] = []

    var count: Int { places.count }
    var isEmpty: Bool { places.isEmpty }
    /// The numbers, in their order.
    var ids: [HTTP2StreamID] { places.keys.sorted() }

    /// The stream of a number; nil where there is none. Nothing can be put here.
    subscript(id: HTTP2StreamID) -> HTTP2Stream? {
        _read {
            if let place = places[id] { yield streams[place] } else { yield nil }
        }
        _modify {
            if let place = places[id] {
                yield &streams[place]
            } else {
                var none: HTTP2Stream?
                yield &none
            }
        }
    }

    /// Puts a stream in.
    mutating func insert(_ stream: consuming HTTP2Stream, as id: HTTP2StreamID) {
        if let place = free.popLast() {
            places[id] = place
            streams[place] = stream
        } else {
            places[id] = streams.count
            streams.append(stream)
        }
    }

    /// Takes a stream out.
    mutating func remove(_ id: HTTP2StreamID) -> HTTP2Stream? {
        guard let place = places.removeValue(forKey: id) else { return nil }
        free.append(place)
        return streams[place].take()
    }
}
