import SwiftZMQ
import Testing
import WorkerProtocol

@Suite struct ReplyHeadTests {
    @Test func `One frame is the body of a 200 in plain text`() throws {
        let reply = try WorkerReply(reading: ["hello"])
        #expect(reply.head.status == 200)
        #expect(reply.head.fields == [.init(name: "content-type", value: "text/plain; charset=utf-8")])
        #expect(reply.body == "hello")
        #expect(try WorkerReply(reading: [""]).body.isEmpty)
    }

    @Test func `Of several frames the first is the head and the rest are the body`() throws {
        #expect(try WorkerReply(reading: ["201\r\n", "a"]).body == "a")
        let long = Frame([UInt8](repeating: 7, count: 100))
        let reply = try WorkerReply(reading: ["HTTP/1.1 404 Not Found\r\n", "a", long, "", "c"])
        #expect(reply.head.status == 404)
        #expect([UInt8](reply.body) == [97] + [UInt8](long) + [99])
    }

    @Test(arguments: [
        ("HTTP/1.1 201 Created\r\n", 201, "Created"), ("201 Created\r\n", 201, "Created"), ("201\r\n", 201, ""),
        ("201 \r\n\r\n", 201, ""), ("HTTP/1.1 599 A b  c\r\n\r\n", 599, "A b  c"), ("HTTP/1.0 200\r\n", 200, ""),
        ("200 Gr\u{FC}n\r\n", 200, "Gr\u{FC}n"), ("200 x: y\r\n", 200, "x: y"),
    ])
    func `The status line may leave out the version and the reason`(
        text: String, status: Int, reason: String
    ) throws {
        let head = try ReplyHead(reading: Frame(text))
        #expect(head.status == status)
        #expect(head.reason == reason)
        #expect(head.fields.isEmpty)
    }

    @Test(arguments: [
        ("", "head-empty"), ("\r\n", "status-line"), ("\r\n200\r\n", "status-line"), ("200", "line-not-ended"),
        ("200\r\na: b", "line-not-ended"), ("200\r\na: b\r", "line-not-ended"), ("200\n", "forbidden-byte"),
        ("200\r\na: b\nc: d\r\n", "forbidden-byte"), ("200\r\na: b\rc: d\r\n", "forbidden-byte"),
        ("200\r\na: b\0\r\n", "forbidden-byte"), ("200 \0\r\n", "forbidden-byte"), ("200\r\r\n", "forbidden-byte"),
        ("200\r\n\r\nx", "data-after-head"), ("200\r\n\r\n\r\n", "data-after-head"),
        ("100 Continue\r\n", "status-out-of-range"), ("199\r\n", "status-out-of-range"),
        ("600\r\n", "status-out-of-range"), ("000\r\n", "status-out-of-range"),
        ("20\r\n", "status-line"), ("2000\r\n", "status-line"), ("OK\r\n", "status-line"), (" 200\r\n", "status-line"),
        ("HTTP/2 200\r\n", "status-line"), ("HTTP/1.1  200\r\n", "status-line"), ("http/1.1 200\r\n", "status-line"),
        ("HTTP/1.1\r\n", "status-line"), ("+20 x\r\n", "status-line"),
        ("200\r\na\r\n", "field-name"), ("200\r\n: b\r\n", "field-name"), ("200\r\na : b\r\n", "field-name"),
        ("200\r\n a: b\r\n", "field-name"), ("200\r\na: b\r\n\tc\r\n", "field-name"),
        ("200\r\na(: b\r\n", "field-name"),
        ("200\r\n\u{E9}: b\r\n", "field-name"),
    ])
    func `A malformed head is refused and the error says why`(text: String, code: String) {
        let error = #expect(throws: WorkerProtocolError.self) {
            try WorkerReply(reading: [Frame(text), "body"])
        }
        #expect(error?.code.rawValue == code)
        #expect(error?.description.isEmpty == false)
    }

    @Test func `An error names the line and what stands there`() {
        let error = #expect(throws: WorkerProtocolError.self) {
            try ReplyHead(reading: "200 OK\r\na: b\r\nbad name: c\r\n")
        }
        #expect(error?.description == "line 3 of the head: 'bad name' is not a field name")
    }

    @Test func `A head of 64 KiB is read, one byte more is refused`() throws {
        func head(_ size: Int) -> Frame {
            let start = "200\r\na: "
            return Frame(start + String(repeating: "x", count: size - start.utf8.count - 2) + "\r\n")
        }
        #expect(try ReplyHead(reading: head(65_536)).fields.count == 1)
        let error = #expect(throws: WorkerProtocolError.self) { try ReplyHead(reading: head(65_537)) }
        #expect(error?.code == .headTooLarge)
    }

    @Test func `Fields keep their order and spelling and lose outer blanks`() throws {
        let head = try ReplyHead(
            reading: "200\r\nSet-Cookie: a=1\r\nX-Empty:\r\nset-cookie:\t b=2 \t\r\nl: a:b, c\r\n\r\n")
        #expect(
            head.fields == [
                .init(name: "Set-Cookie", value: "a=1"), .init(name: "X-Empty", value: ""),
                .init(name: "set-cookie", value: "b=2"), .init(name: "l", value: "a:b, c"),
            ])
    }

    @Test func `Hop-by-hop fields, what connection names, and content-length are dropped`() throws {
        let head = try ReplyHead(
            reading: """
                200\r
                X-Hop: 1\r
                Connection: close, x-hop\r
                Keep-Alive: timeout=5\r
                Transfer-Encoding: chunked\r
                TE: trailers\r
                Trailer: x\r
                Upgrade: h2c\r
                Proxy-Connection: close\r
                Content-Length: 12\r
                Kept: yes\r\n
                """)
        #expect(head.fields == [.init(name: "Kept", value: "yes")])
        #expect(head.contentLength == 12)
        #expect(try ReplyHead(reading: "200\r\ncontent-length: -1\r\n").contentLength == nil)
    }

    @Test func `What a worker writes is what the gateway reads`() throws {
        let head = ReplyHead(
            status: 404, reason: "Not Found", fields: [.init(name: "Content-Type", value: "text/html")],
            contentLength: 3)
        let frames = try WorkerReply(head: head, body: "abc").frames()
        #expect(
            String(frames[0]) == "HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\ncontent-length: 3\r\n\r\n")
        let read = try WorkerReply(reading: BodyFrames(frames))
        #expect(read.head.status == 404)
        #expect(read.head.fields == [.init(name: "content-type", value: "text/html")])
        #expect(read.head.contentLength == 3)
        #expect(read.body == "abc")
    }

    @Test(arguments: [
        ReplyHead(status: 99), ReplyHead(status: 600), ReplyHead(status: 200, reason: "a\r\nb: c"),
        ReplyHead(status: 200, fields: [.init(name: "a", value: "b\r\nset-cookie: c")]),
        ReplyHead(status: 200, fields: [.init(name: "a b", value: "c")]),
        ReplyHead(status: 200, fields: [.init(name: "", value: "c")]),
        ReplyHead(status: 200, fields: [.init(name: "a", value: String(repeating: "x", count: 65_536))]),
    ])
    func `A worker cannot write a head that would be refused or split`(head: ReplyHead) {
        #expect(throws: WorkerProtocolError.self) { try head.frame() }
    }

    @Test func `No bytes at all make the reader fail other than by its own error`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("HTTP/1.1 200 \r\n:a\0\t".utf8) + [0xFF, 0x80]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            do {
                let head = try ReplyHead(reading: Frame(bytes))
                #expect((200...599).contains(head.status), "\(bytes)")
            } catch {
                #expect(!error.detail.isEmpty, "\(bytes)")
            }
        }
    }

    @Test func `Of all bytes those of a token alone make a field name`() {
        let token = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        // The colon ends the name.
        for byte in UInt8.min ... .max where byte != UInt8(ascii: ":") {
            let head = Frame(Array("200\r\nx".utf8) + [byte] + Array("y: value\r\n".utf8))
            let isAccepted = (try? ReplyHead(reading: head)) != nil
            #expect(isAccepted == token.contains(byte), "byte \(byte)")
        }
    }
}
