import Testing

/// A request as raw bytes, and what must become of it.
struct Probe: Sendable, CustomTestStringConvertible {
    /// What the connection does after the answer.
    enum Ending: Sendable {
        /// It says `connection: close` and really ends.
        case closes
        /// The next request on it is served.
        case staysOpen
    }

    var name: String
    var bytes: [UInt8]
    var status: Int
    var ending: Ending

    var testDescription: String { name }

    init(_ name: String, _ bytes: [UInt8], _ status: Int, _ ending: Ending = .closes) {
        self.name = name
        self.bytes = bytes
        self.status = status
        self.ending = ending
    }

    init(_ name: String, _ text: String, _ status: Int, _ ending: Ending = .closes) {
        self.init(name, Array(text.utf8), status, ending)
    }
}

/// The probes of one row of the table of what is refused.
struct ProbeRow: Sendable, CustomTestStringConvertible {
    let name: String
    let probes: [Probe]

    var testDescription: String { "\(name) (\(probes.count))" }

    init(_ name: String, _ probes: [Probe]) {
        self.name = name
        self.probes = probes
    }
}

extension Probe {
    /// A whole, faultless request, which shows whether a connection is at the start of one.
    static let follower = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"

    static func target(_ target: String, method: String = "GET", host: String = "h", _ status: Int = 400) -> Probe {
        Probe("\(method) \(target)", "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n", status)
    }

    static func host(_ value: String) -> Probe {
        Probe("host “\(value)”", "GET /a HTTP/1.1\r\nHost: \(value)\r\n\r\n", 400)
    }

    static func length(_ values: String...) -> Probe {
        let lines = values.map { "Content-Length: \($0)\r\n" }.joined()
        return Probe("length \(values)", "POST /a HTTP/1.1\r\nHost: h\r\n\(lines)\r\na", 400)
    }

    static func coding(_ lines: String, version: String = "1.1", _ status: Int = 400) -> Probe {
        Probe(
            "\(lines.debugDescription) in HTTP/\(version)",
            "POST /a HTTP/\(version)\r\nHost: h\r\n\(lines)\r\n\r\n1\r\na\r\n0\r\n\r\n", status)
    }

    static func chunks(_ body: String, _ status: Int = 400) -> Probe {
        Probe(
            "chunks \(body.prefix(60).debugDescription)",
            "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(body)", status)
    }

    static func field(_ line: String, _ status: Int = 400) -> Probe {
        Probe(
            "field line \(line.prefix(60).debugDescription)", "GET /a HTTP/1.1\r\nHost: h\r\n\(line)\r\n\r\n", status)
    }

    static func line(_ line: String, _ status: Int) -> Probe {
        Probe("first line \(line.prefix(60).debugDescription)", "\(line)\r\nHost: h\r\n\r\n", status)
    }
}
