import Testing

/// A case of the Autobahn test suite in its echo server mode, by its number there: what a client sends, and what the server
/// has to make of it.
struct AutobahnCase: Sendable, CustomTestStringConvertible {
    /// What comes back after the messages and pongs that are expected.
    enum Ending: Sendable {
        /// Nothing: the client closes, and its code is repeated.
        case open
        /// The server repeats the close that the client has sent.
        case closed(Int?)
        /// The server fails the connection with that code.
        case failed(Int)
    }

    typealias Frame = WebSocketClient.Frame

    let number: String
    let name: String
    let bytes: [UInt8]
    /// How many bytes are sent at a time; nil for all at once.
    let partSize: Int?
    let expected: [Frame]
    let ending: Ending

    var testDescription: String { "\(number) \(name)" }

    /// The numbers of all cases.
    static var numbers: [String] { (all + texts + large).map(\.number) + rounds.map(\.number) }

    init(
        _ number: String, _ name: String, _ bytes: [UInt8], inPartsOf partSize: Int? = nil, _ expected: [Frame] = [],
        _ ending: Ending = .open
    ) {
        self.number = number
        self.name = name
        self.bytes = bytes
        self.partSize = partSize
        self.expected = expected
        self.ending = ending
    }

    func run(_ client: WebSocketClient) throws {
        try client.send(bytes, inPartsOf: partSize)
        for (index, frame) in expected.enumerated() {
            let got = try client.next()
            // A server may fail the connection before it has echoed what came before.
            if case .failed(let code) = ending, got.opcode == 8, got.code == code { return try expectEnd(client) }
            guard got == frame else { throw mismatch("\(got) in place of \(frame), number \(index)") }
        }
        switch ending {
        case .open:
            try client.send(WebSocketClient.close(1000))
            try expectClose(client, 1000)
        case .closed(let code): try expectClose(client, code)
        case .failed(let code): try expectClose(client, code)
        }
        try expectEnd(client)
    }

    private func expectClose(_ client: WebSocketClient, _ code: Int?) throws {
        var got = try client.next()
        // What came before the client's close may have been echoed by then.
        if case .closed = ending { while got.opcode < 8 { got = try client.next() } }
        guard got.opcode == 8, got.code == code else {
            throw mismatch("\(got), code \(got.code.map(String.init) ?? "none"), in place of a close")
        }
    }

    private func expectEnd(_ client: WebSocketClient) throws {
        let rest = try client.rest()
        guard rest.isEmpty else { throw mismatch("\(rest) behind the close") }
    }

    private func mismatch(_ text: String) -> WebSocketClient.NotCome {
        WebSocketClient.NotCome(description: "\(testDescription): \(text)")
    }
}
