/// The streams whose last frames began lately, as a client said with END_STREAM.
///
/// It keeps them whether or not the stream is still known: what a client may not say after the end of a request it may not
/// say either when the request was refused in the meantime, however its bytes were cut into reads.
struct EndedStreams {
    /// More than NIOHTTP2 remembers of the streams that were reset: what comes for those it passes over.
    private static let bound = 256

    private var recent: [UInt32] = []
    private var oldest = 0
    private var highest: UInt32 = 0

    mutating func insert(_ stream: UInt32) {
        highest = max(highest, stream)
        guard recent.count == Self.bound else { return recent.append(stream) }
        recent[oldest] = stream
        oldest = (oldest + 1) % Self.bound
    }

    /// A new stream, which is the usual case, is higher than any.
    func contains(_ stream: UInt32) -> Bool { stream <= highest && recent.contains(stream) }
}
