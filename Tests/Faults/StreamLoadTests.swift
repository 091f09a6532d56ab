import Foundation
import Glibc
import ProcessSupport
import Testing

/// Many readers of topic streams, idle ones and ones that do not read.
@Suite(.serialized, .timeLimit(.minutes(60))) struct StreamLoadTests {
    private let endpoint = "ipc://" + FileManager.default.temporaryDirectory.appending(path: "load-\(UUID())").path()

    /// How an idle reader reads.
    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case events
        case webSocket

        var testDescription: String { rawValue }

        var fields: [String] {
            self == .events
                ? []
                : [
                    "upgrade: websocket", "connection: Upgrade", "sec-websocket-version: 13",
                    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
                ]
        }

        var status: Int { self == .events ? 200 : 101 }
        /// How the message `alive` reaches the reader.
        func text(of topic: String) -> String { self == .events ? "data: alive" : "\(topic) alive" }
    }

    private func gateway(_ connections: Int) async throws -> FaultGateway {
        let path = FileManager.default.temporaryDirectory.appending(path: "load-\(UUID()).yaml").path()
        try "routes:\n  - {path: /events/, subscribe: '\(endpoint)'}\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await FaultGateway(
            "--max-connections", "\(connections + 100)", "--idle-timeout", "10m", "--response-buffer", "256KiB",
            "--config", path, hasMetrics: true)
    }

    private func readers(
        _ count: Int, of topic: String, _ gateway: FaultGateway, _ way: Way = .events
    ) throws -> [BlockingClient] {
        try (0..<count).map { _ in
            let client = try BlockingClient(port: gateway.port, receiveBuffer: 64 << 10)
            #expect(try client.ask("GET", "/events/\(topic)", way.fields).status == way.status)
            return client
        }
    }

    private func publisher() async throws -> RunningProgram {
        let program = try await RunningProgram.python([
            PackageFolder.path("Tests/Interop/topic_publisher.py"), endpoint,
        ])
        try await program.output.wait(for: "bound ")
        return program
    }

    /// `IDLE_STREAMS` sets how many (2000; `make chaos` takes 10,000). Over plain HTTP: what TLS keeps comes on top.
    @Test(arguments: Way.allCases)
    func `An idle reader costs less than 20 kB`(way: Way) async throws {
        let count = Parameter.number("IDLE_STREAMS", default: 2000)
        try LoadTests.allowDescriptors(count + 500)
        let gateway = try await gateway(count + 100)
        let publisher = try await publisher()
        // What is allocated once is there before the first measurement.
        let first = try readers(100, of: "a", gateway, way)
        let before = try gateway.memory()
        let others = try (0..<count).map { try readers(1, of: "b\($0)", gateway, way)[0] }
        let each = (try gateway.memory() - before) / count
        print("idle streams (\(way)): \(count), \(each) bytes each, \(try gateway.memory() >> 20) MiB resident")
        #expect(each < 20_000)
        try await publisher.output.wait(for: "+b\(count - 1)")
        publisher.enter("b\(count - 1) alive")
        var buffer = [UInt8](repeating: 0, count: 4096)
        let read = try others[count - 1].read(into: &buffer)
        #expect(String(decoding: buffer[..<read], as: UTF8.self).contains(way.text(of: "b\(count - 1)")))
        withExtendedLifetime(first) {}
    }

    /// `STREAM_READERS` sets how many read (100; `make chaos` takes 2000); a tenth as many never do.
    @Test func `Readers that take nothing delay nobody, and memory stays bounded`() async throws {
        let count = Parameter.number("STREAM_READERS", default: 100)
        try LoadTests.allowDescriptors(2 * count + 500)
        let gateway = try await gateway(2 * count)
        let publisher = try await publisher()
        let stuck = try readers(count / 10, of: "t", gateway)
        let reading = try readers(count, of: "t", gateway)
        try await publisher.output.wait(for: "+t")
        let before = try gateway.memory()
        publisher.enter("burst 2000 1000")
        publisher.enter("t last")
        let done = Task.detached { try Self.readAll(reading) }
        let (told, dropped) = try await done.value
        #expect(told == 2001 * count, "what came and what was told as dropped is not what was sent")
        // With what was dropped for those that were never told.
        #expect(try gateway.metric("webgateway_stream_dropped_total") >= dropped)
        #expect(try gateway.metric("webgateway_stream_messages_total") == 2001)
        #expect(try gateway.metric("webgateway_stream_clients") == count + stuck.count)
        let grown = try gateway.memory(peak: true) - before
        print("\(count) readers and \(stuck.count) that read nothing: \(grown >> 20) MiB more at most")
        // Each may have its buffer full; what else there is does not depend on how many there are.
        #expect(grown < (count + stuck.count) * (512 << 10) + (64 << 20))
    }

    /// `STREAM_READERS` as above, `STREAM_RATE` messages a second (2000; `make chaos` takes 50,000).
    @Test func `A publisher in full flow is killed and started again, and every reader stays`() async throws {
        let count = Parameter.number("STREAM_READERS", default: 100)
        let rate = Parameter.number("STREAM_RATE", default: 2000)
        try LoadTests.allowDescriptors(2 * count + 500)
        let gateway = try await gateway(2 * count)
        let stuck = try readers(count / 10, of: "t", gateway)
        let reading = try readers(count, of: "t", gateway)
        let before = try gateway.memory()

        // All of it in one task, to which the clients belong.
        let (early, told) = try await Task.detached {
            let first = try await publisher()
            try await first.output.wait(for: "+t")
            first.enter("rate \(rate) 600 100")
            var early = try Self.read(reading, atLeast: 10 * count)
            first.signal(SIGKILL)
            _ = try await first.ending()
            let second = try await publisher()
            try await second.output.wait(for: "+t")
            // What the first has sent is read before the second begins, so that all that comes then is the second's.
            early += try Self.readWhatIsThere(reading)
            second.enter("rate \(rate) 3 100")
            second.enter("t last")
            return (early, try Self.readAll(reading).told)
        }.value
        #expect(told == (3 * rate + 1) * count, "what came and what was told as dropped is not what was sent")
        let grown = try gateway.memory(peak: true) - before
        print(
            "\(rate) messages a second to \(count) readers and \(stuck.count) that read nothing: \(early) told "
                + "until the publisher was killed, \(told) after it; \(grown >> 20) MiB more at most")
        #expect(grown < (count + stuck.count) * (512 << 10) + (64 << 20))
    }

    /// What has come to a reader, counted as it comes: of millions of events none is kept. What is looked for is found by the
    /// C library, as a loop over gigabytes would take minutes where nothing is optimized.
    private struct Count {
        // With the zero that ends a string of C.
        private static let event = Array("event: \0".utf8)
        private static let message = Array("t\n".utf8)
        private static let drop = Array("dropped\n".utf8)
        private static let last = Array("data: last\n\0".utf8)

        /// The messages, and those that were told as dropped.
        private(set) var told = 0
        private(set) var dropped = 0
        private(set) var hasLast = false
        /// The beginning of an event that has not come whole.
        private var rest: [UInt8] = []

        mutating func receive(_ bytes: ArraySlice<UInt8>) {
            // A copy, which can be read while the counts change.
            var text = rest + bytes
            text.append(0)  // Where the search ends; nothing that is published holds one.
            let end = text.withUnsafeBytes { bytes in
                let end = Self.endOfEvents(UnsafeRawBufferPointer(rebasing: bytes.dropLast()))
                count(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
                return end
            }
            rest = Array(text[end...].dropLast())
        }

        /// Where the last event ends that is whole.
        private static func endOfEvents(_ bytes: UnsafeRawBufferPointer) -> Int {
            var end = bytes.count
            while end > 1, bytes[end - 1] != UInt8(ascii: "\n") || bytes[end - 2] != UInt8(ascii: "\n") { end -= 1 }
            return end > 1 ? end : 0
        }

        private mutating func count(_ bytes: UnsafeRawBufferPointer) {
            var place = 0
            while let found = Self.place(of: Self.event, in: bytes, from: place) {
                place = found + Self.event.count - 1
                if Self.isThere(Self.message, in: bytes, at: place) {
                    told += 1
                } else if Self.isThere(Self.drop, in: bytes, at: place) {
                    let number = bytes[(place + Self.drop.count)...].prefix { $0 != UInt8(ascii: "\n") }
                    let count = Int(String(decoding: number.dropFirst("data: ".utf8.count), as: UTF8.self)) ?? 0
                    told += count
                    dropped += count
                }
            }
            if Self.place(of: Self.last, in: bytes, from: 0) != nil { hasLast = true }
        }

        private static func place(of text: [UInt8], in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
            guard let base = bytes.baseAddress, start < bytes.count else { return nil }
            let haystack = (base + start).assumingMemoryBound(to: CChar.self)
            let found = text.withUnsafeBytes { text in
                text.baseAddress.flatMap { strstr(haystack, $0.assumingMemoryBound(to: CChar.self)) }
            }
            guard let found, UnsafeRawPointer(found) < base + bytes.count else { return nil }
            return UnsafeRawPointer(found) - base
        }

        private static func isThere(_ text: [UInt8], in bytes: UnsafeRawBufferPointer, at place: Int) -> Bool {
            guard let base = bytes.baseAddress, bytes.count - place >= text.count else { return false }
            return memcmp(base + place, text, text.count) == 0
        }
    }

    /// Reads until each has the last message; how many came to all of them together, with those that were dropped, and how
    /// many of them these were.
    private static func readAll(_ clients: [BlockingClient]) throws -> (told: Int, dropped: Int) {
        var reading = Reading(clients)
        while !reading.open.isEmpty {
            guard try reading.turn(60_000) else {
                throw BlockingClient.Failure(description: "nothing came for a minute")
            }
        }
        return (reading.told, reading.dropped)
    }

    /// Reads until so many have come to all of them together.
    private static func read(_ clients: [BlockingClient], atLeast count: Int) throws -> Int {
        var reading = Reading(clients)
        while reading.told < count {
            guard try reading.turn(60_000) else {
                throw BlockingClient.Failure(description: "nothing came for a minute")
            }
        }
        return reading.told
    }

    /// Reads until nothing has come for two seconds.
    private static func readWhatIsThere(_ clients: [BlockingClient]) throws -> Int {
        var reading = Reading(clients)
        while try reading.turn(2000) {}
        return reading.told
    }

    /// Many streams that are read by one thread.
    private struct Reading {
        private let clients: [BlockingClient]
        private var counts: [Count]
        /// Those that have not come to the last message.
        private(set) var open: Set<Int>
        private var buffer = [UInt8](repeating: 0, count: 256 << 10)

        init(_ clients: [BlockingClient]) {
            self.clients = clients
            counts = clients.map { _ in Count() }
            open = Set(clients.indices)
        }

        var told: Int { counts.reduce(0) { $0 + $1.told } }
        var dropped: Int { counts.reduce(0) { $0 + $1.dropped } }

        /// Reads what there is of each; false where nothing came for so many milliseconds.
        mutating func turn(_ timeout: Int32) throws -> Bool {
            let order = open.sorted()
            var polls = order.map { pollfd(fd: clients[$0].descriptor, events: Int16(POLLIN), revents: 0) }
            guard poll(&polls, nfds_t(polls.count), timeout) > 0 else { return false }
            for (index, poll) in zip(order, polls) where poll.revents != 0 {
                let count = try clients[index].read(into: &buffer)
                guard count > 0 else { throw BlockingClient.Failure(description: "a stream ended") }
                counts[index].receive(buffer[..<count])
                if counts[index].hasLast { open.remove(index) }
            }
            return true
        }
    }
}
