import Foundation
import GatewayWorker
import NIOCore
import NIOPosix
import ProcessSupport
import SwiftZMQ
import Testing

/// A long streamed reply to a client that reads slowly: all of it arrives, and the gateway keeps little of it.
///
/// `STREAM_BYTES` makes it longer than the 64 MiB of every run.
@Suite(.serialized, .timeLimit(.minutes(10))) struct StreamMemoryTests {
    let programs = Programs()

    /// What is streamed, again and again; its length is prime, so that a lost or doubled piece shows.
    static let pattern = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    static let length = ProcessInfo.processInfo.environment["STREAM_BYTES"].flatMap { Int($0) } ?? 64 << 20

    @Test func `A worker with credit is paced by its slow client, and the gateway's memory stays small`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--response-buffer", "1MiB")
        let written = Watched(0)
        let worker = GatewayWorker(service: "long", endpoints: [gateway.workerEndpoint]) { request in
            guard request.path == "/long" else { return .text("here\n") }
            return WorkerResponse(
                body: .stream { writer in
                    let pattern = Frame(Self.pattern)
                    var left = Self.length
                    while left > 0 {
                        let piece = left < pattern.count ? Frame(Array(Self.pattern.prefix(left))) : pattern
                        try await writer.write(piece)
                        left -= piece.count
                        written.change { $0 += piece.count }
                    }
                })
        }
        let serving = Task { try await worker.run() }
        defer { serving.cancel() }
        try await gateway.waitForService("/long/here")
        let idle = try memory("VmRSS", of: gateway.program)

        let (received, isWhole) = try await readSlowly("/long", of: gateway) { received in
            // What has been written and not been read is in the buffers of two connections and of the gateway.
            #expect(written.value - received < 32 << 20)
        }
        #expect(received == Self.length)
        #expect(isWhole)
        let growth = try memory("VmHWM", of: gateway.program) - idle
        #expect(growth < 20 << 20, "the gateway grew by \(growth >> 20) MiB")
        #expect(!gateway.program.errors.soFar.contains { $0.contains("more than it was granted") })
    }

    /// Reads the body of a response of HTTP/1.0.
    private func readSlowly(
        _ target: String, of gateway: RunningGateway, _ check: (Int) -> Void
    ) async throws -> (count: Int, isWhole: Bool) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
            .connect(host: "127.0.0.1", port: gateway.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let doubled = Self.pattern + Self.pattern
        return try await channel.executeThenClose { input, output in
            try await output.write(ByteBuffer(string: "GET \(target) HTTP/1.0\r\n\r\n"))
            var head: ByteBuffer? = ByteBuffer()
            var received = 0
            var isWhole = true
            var pausedAt = 0
            for try await var bytes in input {
                if var begun = head {
                    begun.writeBuffer(&bytes)
                    head = begun
                    guard let end = begun.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
                    begun.moveReaderIndex(to: end.upperBound)
                    (head, bytes) = (nil, begun)
                }
                while let part = bytes.readSlice(length: min(bytes.readableBytes, Self.pattern.count)),
                    part.readableBytes > 0
                {
                    let offset = received % Self.pattern.count
                    let count = part.readableBytes
                    let isSame = part.withUnsafeReadableBytes { part in
                        doubled.withUnsafeBytes { doubled in
                            guard let part = part.baseAddress, let doubled = doubled.baseAddress else { return false }
                            return memcmp(part, doubled + offset, count) == 0
                        }
                    }
                    isWhole = isWhole && isSame
                    received += count
                }
                if received - pausedAt > 128 << 10 {
                    pausedAt = received
                    check(received)
                    // The pace of the reader.
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            return (received, isWhole)
        }
    }

    @Test func `A file of half a gibibyte is held whole by nobody while a client reads it`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/large.bin"
        try folder.write("", to: "large.bin")
        // Without a block on the disk.
        try #require(truncate(path, 512 << 20) == 0)
        let gateway = try await programs.gateway("--demo-workers", "0")
        let worker = try programs.webgateway(
            "worker", "--connect", gateway.workerEndpoint, "--service", "site", "--site", folder.path)
        try await gateway.program.errors.wait(for: "worker registered", "service=default ")
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: gateway.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let received = try await channel.executeThenClose { input, output in
            try await output.write(ByteBuffer(string: "GET /large.bin HTTP/1.0\r\n\r\n"))
            var received = 0
            for try await bytes in input {
                received += bytes.readableBytes
                if received > 8 << 20 { break }
            }
            return received
        }
        #expect(received > 8 << 20)
        for program in [worker, gateway.program] { #expect(try memory("VmHWM", of: program) < 256 << 20) }
    }

    /// A line of what the kernel says about a program's memory, in bytes.
    private func memory(_ name: String, of program: RunningProgram) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(program.processID)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(name):") })
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }) << 10
    }
}
