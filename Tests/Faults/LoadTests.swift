import Foundation
import Glibc
import ProcessSupport
import Testing

/// Many connections, slow ones, and large answers to clients that do not read.
@Suite(.serialized, .timeLimit(.minutes(60))) struct LoadTests {
    /// `IDLE_CONNECTIONS` sets how many (1000; `make chaos` takes 10,000).
    @Test func `An idle connection costs less than 20 kB`() async throws {
        let count = Parameter.number("IDLE_CONNECTIONS", default: 1000)
        try Self.allowDescriptors(count + 500)
        let gateway = try await FaultGateway("--max-connections", "\(count + 100)", "--idle-timeout", "10m")
        let worker = try gateway.worker(record: "/dev/null")
        try await gateway.waitForWorker()
        // What is allocated once is there before the first measurement.
        let first = try await Self.connections(100, to: gateway)
        let before = try gateway.memory()
        let others = try await Self.connections(count, to: gateway)
        let each = (try gateway.memory() - before) / count
        print("idle connections: \(count), \(each) bytes each, \(try gateway.memory() >> 20) MiB resident")
        #expect(each < 20_000)
        // They are alive.
        for client in [first[0], others[0], others[count / 2], others[count - 1]] {
            #expect(try client.ask("GET", "/fault?alive").body == "alive")
        }
        withExtendedLifetime(worker) {}
    }

    private static func connections(_ count: Int, to gateway: FaultGateway) async throws -> [BlockingClient] {
        try (0..<count).map { number in
            let client = try BlockingClient(port: gateway.port)
            let answer = try client.ask("GET", "/fault?\(number)")
            #expect(answer.status == 200)
            return client
        }
    }

    /// `SLOW_CONNECTIONS` sets how many (200; `make chaos` takes 500) send a byte of a head each second, for `SLOW_SECONDS`
    /// (4; 30).
    @Test func `Clients are served in twice the time at most while others send a byte a second`() async throws {
        let count = Parameter.number("SLOW_CONNECTIONS", default: 200)
        let seconds = Parameter.number("SLOW_SECONDS", default: 4)
        try Self.allowDescriptors(count + 500)
        let gateway = try await FaultGateway("--max-connections", "\(count + 100)", "--header-timeout", "10s")
        let worker = try gateway.worker(record: "/dev/null")
        try await gateway.waitForWorker()
        let good = try BlockingClient(port: gateway.port)
        _ = try Self.median(of: good, for: .seconds(1))
        let usual = try Self.median(of: good, for: .seconds(seconds) / 2)

        let isOver = Watched(false)
        let closed = Watched(0)
        let port = gateway.port
        let bytes = Array("GET /fault?slow HTTP/1.1\r\nhost: localhost\r\n".utf8)
        let connected = Watched(false)
        let ended = Watched(false)
        Thread.detachNewThread {
            var clients = (0..<count).compactMap { _ in try? BlockingClient(port: port) }
            connected.change { $0 = clients.count == count }
            var position = 0
            while !isOver.value {
                clients.removeAll { client in
                    var byte = bytes[position % bytes.count]
                    let isClosed = send(client.descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) != 1
                    if isClosed { closed.change { $0 += 1 } }
                    return isClosed
                }
                // New ones take the places of those that were turned out.
                while clients.count < count, let client = try? BlockingClient(port: port) { clients.append(client) }
                position += 1
                // One byte a second; not a wait for something to happen.
                usleep(1_000_000)
            }
            ended.change { $0 = true }
        }
        _ = try await connected.wait { $0 ? true : nil }
        let flooded = try Self.median(of: good, for: .seconds(seconds))
        isOver.change { $0 = true }
        let closings = closed.value
        print("slow clients: \(count), \(closings) turned out; median \(usual) without and \(flooded) with them")
        // The few milliseconds are a machine's that does something else, too.
        #expect(flooded < usual * 2 + .milliseconds(10))
        _ = try await ended.wait { $0 ? true : nil }
        // Each is turned out after the time for a head.
        if seconds > 12 { #expect(closings >= count) }
        withExtendedLifetime(worker) {}
    }

    private static func median(of client: BlockingClient, for time: Duration) throws -> Duration {
        var latencies: [Duration] = []
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            let began = ContinuousClock.now
            let answer = try client.ask("GET", "/fault?good")
            latencies.append(ContinuousClock.now - began)
            #expect(answer.body == "good")
        }
        return latencies.sorted()[latencies.count / 2]
    }

    /// `STREAM_BYTES` sets how many (32 MiB; `make chaos` takes 1 GiB).
    @Test func `A stream to a slow reader takes less than 100 MB`() async throws {
        let bytes = Parameter.number("STREAM_BYTES", default: 32 << 20)
        let gateway = try await FaultGateway("--stream-idle-timeout", "60s")
        let worker = try gateway.worker(record: "/dev/null")
        try await gateway.waitForWorker()
        let idle = try gateway.memory()
        let client = try BlockingClient(port: gateway.port, receiveBuffer: 64 << 10)
        try client.write("GET /fault/stream?\(bytes) HTTP/1.0\r\nhost: localhost\r\n\r\n")
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var received = 0
        while true {
            let count = try client.read(into: &buffer)
            guard count > 0 else { break }
            received += count
            // About 200 MB a second at most, far below what the worker would send.
            usleep(UInt32(count / 200))
        }
        let peak = try gateway.memory(peak: true)
        print("stream: \(received) bytes received, \((peak - idle) >> 20) MiB more than idle at most")
        #expect(received > bytes)
        #expect(peak - idle < 100_000_000)
        withExtendedLifetime(worker) {}
    }

    /// The soft limit of open files, which the processes started from here inherit.
    static func allowDescriptors(_ count: Int) throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < rlim_t(count) else { return }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(count))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        try #require(limit.rlim_cur >= rlim_t(count), "this takes \(count) open files: ulimit -n")
    }
}
