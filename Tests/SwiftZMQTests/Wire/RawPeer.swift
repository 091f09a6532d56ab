import SwiftZMQ

/// The other end of a connection that speaks in bytes, by way of a STREAM socket.
struct RawPeer: Sendable {
    let stream: SwiftZMQ.Stream
    /// The name of the connection.
    let id: Frame
    private var unread: [UInt8] = []

    /// Connects to a socket.
    init(connectingTo endpoint: String) async throws {
        stream = try SwiftZMQ.Stream(Context()) { $0.linger = .zero }
        try stream.connect(endpoint)
        id = try await stream.receive(timeout: .seconds(20))[0]
    }

    /// Takes the next connection to a STREAM socket that is bound.
    init(acceptedBy stream: SwiftZMQ.Stream) async throws {
        self.stream = stream
        id = try await stream.receive(timeout: .seconds(20))[0]
    }

    func send(_ bytes: [UInt8]) async throws {
        try await stream.send([id, Frame(bytes)])
    }

    /// Reads a number of bytes.
    mutating func read(_ count: Int) async throws -> [UInt8] {
        while unread.count < count { unread += [UInt8](try await stream.receive(timeout: .seconds(20))[1]) }
        defer { unread.removeFirst(count) }
        return Array(unread.prefix(count))
    }

    /// Reads a frame of ZMTP that has no more than 255 bytes: its flags and its contents.
    mutating func readFrame() async throws -> (flags: UInt8, contents: [UInt8]) {
        let head = try await read(2)
        return (head[0], try await read(Int(head[1])))
    }

    /// Exchanges greetings and READY commands, without security.
    mutating func shakeHands(as socketType: String, minorVersion: UInt8 = 1) async throws {
        try await send(ZMTP.greeting(minorVersion: minorVersion))
        try await send(ZMTP.ready(socketType))
        _ = try await read(64)
        _ = try await readFrame()
    }

    /// Waits until the other side has ended the connection.
    func untilClosed() async throws {
        while try await !stream.receive(timeout: .seconds(20))[1].isEmpty {}
    }

    func close() async throws {
        try await stream.send([id, ""])
    }
}

/// What travels between sockets of ZeroMQ, as RFC 37 has it.
enum ZMTP {
    static func greeting(mechanism: String = "NULL", minorVersion: UInt8 = 1) -> [UInt8] {
        let name = Array(mechanism.utf8)
        return [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, minorVersion] + name
            + [UInt8](repeating: 0, count: 52 - name.count)
    }

    static func command(_ name: String, _ body: [UInt8] = []) -> [UInt8] {
        let contents = [UInt8(name.utf8.count)] + Array(name.utf8) + body
        return [4, UInt8(contents.count)] + contents
    }

    static func ready(_ socketType: String) -> [UInt8] {
        command(
            "READY",
            [11] + Array("Socket-Type".utf8) + [0, 0, 0, UInt8(socketType.utf8.count)] + Array(socketType.utf8))
    }

    static func message(_ contents: String, hasMore: Bool = false) -> [UInt8] {
        [hasMore ? 1 : 0, UInt8(contents.utf8.count)] + Array(contents.utf8)
    }
}
