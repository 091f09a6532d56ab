// MARK: - What a client waits for

extension Step {
    /// An answer with a status, whole, and nothing but that.
    static func answer(_ stream: UInt32 = 1, _ status: Int = 200, body: String? = nil) -> Step {
        answer(stream, status) { answer in
            if let body, answer.text != body { return "the body is not “\(body)”" }
            return nil
        }
    }

    /// An answer with a status, of which something holds; otherwise it is said what does not.
    static func answer(
        _ stream: UInt32 = 1, _ status: Int = 200, where fault: @escaping @Sendable (ReceivedStream) -> String?
    ) -> Step {
        Step { client in
            try client.wait(for: "an answer of \(status) on stream \(stream)") {
                client.streams[stream]?.isOver == true
            }
            guard let answer = client.streams[stream], answer.hasEnded, answer.status == status else {
                throw client.notCome("an answer of \(status) on stream \(stream)")
            }
            if let fault = fault(answer) {
                throw client.notCome("the answer that must come on stream \(stream) (\(fault))")
            }
        }
    }

    /// An answer with a problem document, as HTTP/1.1 has it.
    static func problem(_ stream: UInt32 = 1, _ status: Int, _ code: String) -> Step {
        answer(stream, status) { $0.problem == code ? nil : "it is no problem document with code \(code)" }
    }

    /// RST_STREAM with one of some codes, and no answer before it.
    static func reset(_ stream: UInt32 = 1, _ codes: HTTP2Code...) -> Step {
        Step { client in
            try client.wait(for: "RST_STREAM \(codes) on stream \(stream)") {
                client.streams[stream]?.isOver == true
            }
            guard let answer = client.streams[stream], let code = answer.reset, codes.contains(code),
                answer.status == nil
            else { throw client.notCome("RST_STREAM \(codes) on stream \(stream) alone") }
        }
    }

    /// RST_STREAM PROTOCOL_ERROR, or an answer that refuses: where neither RFC 9113 nor the specification chooses.
    static func refused(_ stream: UInt32 = 1, _ statuses: Int...) -> Step {
        Step { client in
            try client.wait(for: "a refusal on stream \(stream)") { client.streams[stream]?.isOver == true }
            guard let answer = client.streams[stream],
                answer.status.map(statuses.contains) ?? (answer.reset == .protocolError)
            else { throw client.notCome("RST_STREAM PROTOCOL_ERROR or one of \(statuses) on stream \(stream)") }
        }
    }

    /// A refusal on the stream, or one of the whole connection, as RFC 9113 lets a server have it (section 5.4.1).
    static func refusedOrGone(_ stream: UInt32 = 1, _ statuses: Int...) -> Step {
        Step { client in
            try client.wait(for: "a refusal on stream \(stream), or GOAWAY") {
                client.streams[stream]?.isOver == true || !client.goAways.isEmpty
            }
            if let answer = client.streams[stream], answer.isOver {
                guard answer.status.map(statuses.contains) ?? (answer.reset == .protocolError) else {
                    throw client.notCome("RST_STREAM PROTOCOL_ERROR or one of \(statuses) on stream \(stream)")
                }
            } else {
                try goneAway([.protocolError, .compressionError]).run(client)
            }
        }
    }

    /// RST_STREAM on a stream, or GOAWAY and the end of the connection: where RFC 9113 leaves the choice.
    static func error(_ stream: UInt32 = 1, _ codes: HTTP2Code...) -> Step {
        Step { client in
            try client.wait(for: "RST_STREAM on stream \(stream), or GOAWAY, with one of \(codes)") {
                client.streams[stream]?.reset != nil || !client.goAways.isEmpty
            }
            if let code = client.streams[stream]?.reset {
                guard codes.contains(code) else { throw client.notCome("RST_STREAM with one of \(codes)") }
            } else {
                try goneAway(codes).run(client)
            }
        }
    }

    /// GOAWAY with one of some codes, and the end of the connection.
    static func goAway(_ codes: HTTP2Code...) -> Step { goneAway(codes) }

    private static func goneAway(_ codes: [HTTP2Code]) -> Step {
        Step { client in
            try client.wait(for: "GOAWAY with one of \(codes)") { client.goAways.contains { $0.code != .noError } }
            guard let last = client.goAways.last, codes.contains(last.code) else {
                throw client.notCome("GOAWAY with one of \(codes)")
            }
            try closed.run(client)
        }
    }

    /// The end of the connection.
    static let closed = Step { client in
        try client.wait(for: "the end of the connection") { client.isClosed }
    }

    /// The answer to a PING: the connection is good.
    static func pong(_ number: UInt32 = 0x7E57) -> Step {
        Step { client in
            let ping = RawFrame.ping(number)
            let before = client.pongs.count
            try client.send(ping)
            try client.wait(for: "the answer to PING") { client.pongs.dropFirst(before).contains(ping.payload) }
            guard client.goAways.isEmpty else { throw client.notCome("a connection that goes on") }
        }
    }

    /// So many acknowledgments of SETTINGS, the first one's included.
    static func acknowledgments(_ count: Int) -> Step {
        Step { client in
            try client.wait(for: "\(count) acknowledgments of SETTINGS") { client.acknowledgmentCount >= count }
        }
    }

    /// The head of an answer.
    static func head(_ stream: UInt32 = 1, _ status: Int = 200) -> Step {
        Step { client in
            try client.wait(for: "a head of \(status) on stream \(stream)") {
                client.streams[stream]?.status == status
            }
        }
    }

    /// So many bytes of a body, and not one more.
    static func bytes(_ stream: UInt32 = 1, _ count: Int) -> Step {
        Step { client in
            try client.wait(for: "\(count) bytes on stream \(stream)") {
                client.streams[stream]?.body.count ?? 0 >= count
            }
            // What would come too much stands before the answer to this.
            try pong().run(client)
            guard client.streams[stream]?.body.count == count else {
                throw client.notCome("exactly \(count) bytes on stream \(stream)")
            }
        }
    }

    /// Something that must hold now.
    static func check(_ what: String, _ holds: @escaping @Sendable (HTTP2Client) -> Bool) -> Step {
        Step { client in
            guard holds(client) else { throw client.notCome(what) }
        }
    }
}
