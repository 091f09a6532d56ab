extension HTTP2Case {
    private static let start = HTTP2Client.preface + RawFrame.settings().bytes

    private static let primitive = Array(
        "PRI-MITIVE /probe/head HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".utf8)

    /// How a connection begins (RFC 9113, section 3.4).
    static let beginnings: [HTTP2Case] = [
        HTTP2Case(
            "After the preface the server's first frame is SETTINGS, and ours are acknowledged", beginning: .nothing,
            .raw(start), .acknowledgments(1), .check("SETTINGS") { $0.settingsCount == 1 }),
        HTTP2Case(
            "The settings of the server are 100 streams, 64 KiB for each and 1 MiB for all", .pong(),
            .check("100 streams") { $0.serverSettings[3] == 100 },
            .check("a window of 64 KiB") { (65_535...65_536).contains($0.serverSettings[4] ?? 65_535) },
            .check("a window of 1 MiB for the connection") { (1_040_000...1_060_000).contains($0.connectionRoom) },
            .check("no push") { $0.serverSettings[2] != 1 },
            .check("frames of a legal size") { (16_384...16_777_215).contains($0.serverSettings[5] ?? 16_384) }),
        HTTP2Case(
            "A preface that comes byte by byte is understood", beginning: .nothing,
            .times(start.count) { [.raw([start[$0]])] }, .acknowledgments(1), .request(), .answer()),
        HTTP2Case(
            "Preface, SETTINGS and a request in one segment are understood", beginning: .nothing,
            .raw(start + RawFrame.headers(1, HeaderBlock.request().bytes).bytes), .answer()),
        HTTP2Case(
            "Another frame than SETTINGS after the preface ends the connection", beginning: .nothing,
            .raw(HTTP2Client.preface + RawFrame.ping().bytes), .closed),
        HTTP2Case(
            "A request before SETTINGS ends the connection and is not answered", beginning: .nothing,
            .raw(HTTP2Client.preface + RawFrame.headers(1, HeaderBlock.request().bytes).bytes), .closed,
            .check("no answer") { $0.streams[1]?.status == nil }),
        HTTP2Case(
            "An acknowledgment in place of the first SETTINGS ends the connection", beginning: .nothing,
            .raw(HTTP2Client.preface + RawFrame.settingsAcknowledgment.bytes), .closed),
        HTTP2Case(
            "A preface that is none ends the connection", beginning: .plainText,
            .raw(Array("INVALID CONNECTION PREFACE\r\n\r\n".utf8)), .closed),
        HTTP2Case(
            "A preface that is wrong in its second half ends the connection", beginning: .plainText,
            .raw(Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8) + RawFrame.settings().bytes), .closed),
        HTTP2Case(
            "A second preface ends the connection", .raw(HTTP2Client.preface),
            .goAway(.frameSizeError, .protocolError)),
        HTTP2Case(
            "HTTP/1.1 is still spoken where HTTP/2 may begin without TLS", beginning: .plainText,
            .raw(Array("GET /probe/bytes/13 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".utf8)), .closed,
            .check("an answer of HTTP/1.1") {
                String(decoding: $0.plainText, as: UTF8.self).hasPrefix("HTTP/1.1 200 ")
            }),
        HTTP2Case(
            "A method that begins like the preface is one of HTTP/1.1, byte by byte too", beginning: .plainText,
            .times(primitive.count) { [.raw([primitive[$0]])] }, .closed,
            .check("an answer of HTTP/1.1") {
                let text = String(decoding: $0.plainText, as: UTF8.self)
                return text.hasPrefix("HTTP/1.1 200 ") && text.contains("PRI-MITIVE /probe/head HTTP/1.1\r\n")
            }),
        HTTP2Case(
            "A preface behind a request of HTTP/1.1 does not change the protocol", beginning: .plainText,
            .raw(Array("GET /probe/bytes/13 HTTP/1.1\r\nhost: localhost\r\n\r\n".utf8) + start), .closed,
            .check("200, and then 505") {
                let text = String(decoding: $0.plainText, as: UTF8.self)
                return text.hasPrefix("HTTP/1.1 200 ") && text.contains("HTTP/1.1 505 ")
            }),
        HTTP2Case(
            "An upgrade to h2c is not made, and the request is answered", beginning: .plainText,
            .raw(
                Array(
                    ("GET /probe/bytes/13 HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade, http2-settings, close\r\n"
                        + "upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n").utf8)), .closed,
            .check("an answer of HTTP/1.1") {
                String(decoding: $0.plainText, as: UTF8.self).hasPrefix("HTTP/1.1 200 ")
            }),
    ]
}
