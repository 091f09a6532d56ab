import CommandLineSupport
import Glibc
import PublishSubscribe
import SwiftZMQ

/// A file that `pubsub record` has written, or one of the updates in it.
struct Recording: Sendable {
    /// The file cannot be read, or is no recording.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let path: ByteArgument
    private let filters: [TopicFilter]
    private let from: Timestamp?
    private let to: Timestamp?

    /// - Parameters:
    ///   - filters: what topics begin with; none for all of them.
    ///   - from: the earliest time.
    ///   - to: the time before which updates are wanted.
    init(_ path: ByteArgument, filters: [TopicFilter], from: Timestamp?, to: Timestamp?) {
        self.path = path
        self.filters = filters
        self.from = from
        self.to = to
    }

    /// Refuses a file that cannot be read or is no recording.
    func check() throws {
        let descriptor = try open()
        defer { close(descriptor) }
        var first = [UInt8](repeating: 0, count: RecordedUpdate.header.count)
        let count = Glibc.read(descriptor, &first, first.count)
        guard count == first.count, first == RecordedUpdate.header else {
            throw Failure(description: "\(path): it is no recording; `pubsub record FILE` makes one")
        }
    }

    /// Hands over each update that is wanted, in the order in which they came.
    ///
    /// A line that is no update is said and passed over; half a line at the end, which a kill has left, is not said.
    func read(_ take: (RecordedUpdate) async throws -> Void) async throws {
        let descriptor = try open()
        defer { close(descriptor) }
        let input = StandardInput(descriptor: descriptor, chunkSize: 1 << 18)
        var lines = LineSplitter(longestLine: 1 << 31)
        while let chunk = try await input.next() {
            lines.append(chunk)
            while let line = lines.next() {
                guard case .whole(let number, let bytes) = line, number > 1 else { continue }
                guard let update = RecordedUpdate(line: bytes) else {
                    Notice.say("\(path), line \(number): no update; left out")
                    continue
                }
                if isWanted(update) { try await take(update) }
            }
        }
    }

    private func isWanted(_ update: RecordedUpdate) -> Bool {
        if let from, update.time < from { return false }
        if let to, update.time >= to { return false }
        guard !filters.isEmpty, let head = update.message.first else { return filters.isEmpty }
        return filters.contains { $0.matches(head) }
    }

    private func open() throws -> Int32 {
        let descriptor = (path.bytes + [0]).withUnsafeBytes { bytes in
            bytes.bindMemory(to: CChar.self).baseAddress.map { Glibc.open($0, O_RDONLY | O_CLOEXEC) } ?? -1
        }
        guard descriptor >= 0 else { throw Failure(description: "\(path): \(String(cString: strerror(errno)))") }
        return descriptor
    }
}
