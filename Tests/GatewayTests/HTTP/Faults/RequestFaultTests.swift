import Gateway
import NIOCore
import SwiftZMQ
import Testing
import WorkerProtocol

/// Requests that are rarely sent and easily misread.
@Suite struct `A request that is rarely sent` {
    @Test func `names its host in its target alone`() throws {
        let connection = try EmbeddedConnection(services: ["w"])
        try connection.send("GET http://ex.org:81/w HTTP/1.0\r\n\r\n")
        let request = try #require(connection.dispatcher.submitted.first)
        #expect(request.values(of: "host") == ["ex.org:81"])
        #expect(request.values(of: "x-forwarded-host") == ["ex.org:81"])
    }

    @Test(arguments: ["100-continue,", ", 100-continue", "100-continue, ,100-Continue"])
    func `has empty members in its expectation`(_ value: String) throws {
        let connection = try EmbeddedConnection()
        try connection.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: \(value)\r\n\r\n")
        #expect(try connection.responses().responses.map(\.status) == [100])
        try connection.send("x")
        #expect(connection.dispatcher.submitted.count == 1)
    }

    @Test(arguments: [
        ("application/json;q=0.1", "text/plain", true), ("text/plain;q=0.2", "application/problem+json", false),
        ("text/plain", "*/*;q=0.5", true), ("", "text/plain", true),
    ])
    func `has two lines of what it accepts`(_ one: String, _ two: String, _ isText: Bool) throws {
        for bad in ["", "bad line\r\n"] {
            let connection = try EmbeddedConnection()
            try connection.send("GET /none HTTP/1.1\r\nHost: h\r\nAccept: \(one)\r\nAccept: \(two)\r\n\(bad)\r\n")
            let response = try #require(try connection.responses().responses.first)
            #expect(response["content-type"]?.hasPrefix("text/plain") == isText)
        }
    }

    @Test func `waits for its 100 behind a slow one, and is not too slow for that`() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
        try connection.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        connection.advance(.seconds(100))
        #expect(try connection.responses().responses.isEmpty)
        connection.deliver(.reply(.plainText, body: "x"), for: try #require(connection.dispatcher.submitted.first))
        #expect(try connection.responses().responses.map(\.status) == [200, 100])
        connection.advance(.seconds(29))
        try connection.send("abc")
        #expect(connection.dispatcher.submitted.count == 2)
        connection.deliver(.reply(.plainText, body: "y"), for: try #require(connection.dispatcher.submitted.last))
        #expect(try connection.responses().responses.map(\.text) == ["y"])
    }

    @Test func `waits for its 100 behind a slow one, and is late once it has got it`() throws {
        let connection = try EmbeddedConnection()
        try connection.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
        try connection.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        connection.advance(.seconds(100))
        connection.deliver(.reply(.plainText, body: "x"), for: try #require(connection.dispatcher.submitted.first))
        connection.advance(.seconds(31))
        #expect(try connection.responses().responses.map(\.status) == [200, 100, 408])
        #expect(!connection.isOpen)
    }

    @Test(arguments: [
        ("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", 405), ("CONNECT /a HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        ("GET /hello\r\n", 400), ("GET /hello\r\n\r\n", 400), ("GET /hello\r\nHost: h\r\n\r\n", 400),
        ("get /hello\r\n", 400),
    ])
    func `is the last that is answered`(_ text: String, _ status: Int) throws {
        for pieces in [[text + "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"], [text, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"]] {
            let connection = try EmbeddedConnection()
            for piece in pieces { try connection.send(piece) }
            let (responses, rest) = try connection.responses()
            #expect(responses.map(\.status) == [status])
            #expect(responses.first?["connection"] == "close")
            #expect(rest.isEmpty)
            #expect(connection.dispatcher.submitted.isEmpty)
            #expect(!connection.isOpen)
        }
    }
}
