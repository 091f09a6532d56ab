import Gateway
import SwiftZMQ
import Testing
import WorkerProtocol

/// What a worker says reaches the client as it said it.
@Suite struct `A worker's reply` {
    @Test func `that is streamed keeps the length that the worker names`() throws {
        for version in ["1.0", "1.1"] {
            let connection = try EmbeddedConnection()
            try connection.send("GET /a HTTP/\(version)\r\nHost: h\r\nConnection: keep-alive\r\n\r\n")
            let request = try #require(connection.dispatcher.submitted.first)
            connection.deliver(.begin(ReplyHead(status: 200, contentLength: 5), piece: "ab"), for: request)
            connection.deliver(.piece(""), .end("cde"), for: request)
            let response = try #require(try connection.responses().responses.first)
            #expect(response["content-length"] == "5")
            #expect(!response.has("transfer-encoding"))
            #expect(response.text == "abcde")
            #expect(connection.isOpen)
        }
    }

    @Test(arguments: [
        (["abc", "d"], "e"), (["abc", "defg"], ""), (["abc"], ""), (["abc"], "def"), (["abc"], "defg"),
    ])
    func `that is streamed is cut where it is not of the length that the worker named`(
        _ pieces: [String], _ last: String
    ) throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        let request = try #require(connection.dispatcher.submitted.first)
        connection.deliver(.begin(ReplyHead(status: 200, contentLength: 6), piece: Frame(pieces[0])), for: request)
        for piece in pieces.dropFirst() { connection.deliver(.piece(Frame(piece)), for: request) }
        connection.deliver(.end(Frame(last)), for: request)
        let (responses, _) = try connection.responses()
        if (pieces.joined() + last).utf8.count == 6 {
            #expect(responses.map(\.text) == ["abcdef"])
            #expect(connection.isOpen)
        } else {
            #expect(responses.isEmpty)
            #expect(!connection.isOpen)
        }
    }

    @Test func `that begins with more than the length that the worker named is none`() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        let request = try #require(connection.dispatcher.submitted.first)
        connection.deliver(.begin(ReplyHead(status: 200, contentLength: 2), piece: "abc"), .end(""), for: request)
        let (responses, _) = try connection.responses()
        #expect(responses.map(\.status) == [502])
        #expect(responses.first?.text.contains("worker-reply-invalid") == true)
        #expect(connection.isOpen)
    }

    @Test func `passes reasons and values as the bytes that they are`() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        let request = try #require(connection.dispatcher.submitted.first)
        let value = Array("attachment; filename=\"".utf8) + [0xE9, 0x74, 0xE9] + Array(".txt\"".utf8)
        let head = Array("200 Gr".utf8) + [0xFC] + Array("n\r\ncontent-disposition: ".utf8) + value + [13, 10]
        connection.deliver(.reply(try ReplyHead(reading: Frame(head)), body: "x"), for: request)
        let bytes = try connection.bytes()
        let line = Array("content-disposition: ".utf8) + value + [13, 10]
        #expect(bytes.starts(with: Array("HTTP/1.1 200 Gr".utf8) + [0xFC] + Array("n\r\n".utf8)))
        #expect(bytes.indices.contains { bytes[$0...].starts(with: line) })
    }
}
