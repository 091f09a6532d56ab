import CommandLineSupport
import Testing

@Suite struct ArgumentTests {
    @Test(
        arguments: [
            ("1/s", .seconds(1)), ("100/m", .milliseconds(600)), ("0.5/s", .seconds(2)), ("36/h", .seconds(100)),
            ("max", nil),
        ] as [(String, Duration?)]
    )
    func `A rate is so many in a unit of time`(text: String, interval: Duration?) throws {
        #expect(try #require(RateArgument(argument: text)).interval == interval)
    }

    @Test(arguments: ["", "1", "/s", "0/s", "-1/s", "1/x", "1/", "1/s/s", "fast", "Max", "1e99/s", "nan/s", "1 /s"])
    func `Anything else is no rate`(text: String) {
        #expect(RateArgument(argument: text) == nil)
    }

    @Test func `A count is a number of at least 1 or forever`() {
        #expect(CountArgument(argument: "5")?.limit == 5)
        #expect(CountArgument(argument: "forever") == .forever)
        for text in ["0", "-1", "+1", "", "five", "1.5", "99999999999999999999"] {
            #expect(CountArgument(argument: text) == nil)
        }
    }

    @Test(arguments: [
        "tcp://*:5556", "tcp://*:*", "tcp://127.0.0.1:*", "tcp://eth0:1", "tcp://[::]:5556", "ipc:///tmp/socket",
        "tcp://host.example:65535",
    ])
    func `What can be bound`(endpoint: String) throws {
        try EndpointArgument(argument: endpoint).validate(for: "--bind", toBind: true)
    }

    @Test(arguments: [
        "tcp://localhost:5556", "tcp://[::1]:5556", "tcp://10.0.0.1:0;10.0.0.2:5556", "ipc://@abstract",
    ])
    func `What can be connected`(endpoint: String) throws {
        try EndpointArgument(argument: endpoint).validate(for: "--connect", toBind: false)
    }

    @Test(
        arguments: [
            ("inproc://here", "use tcp:// or ipc://"), ("bogus", "tcp://HOST:PORT"), ("http://a:1", "tcp://HOST:PORT"),
            ("tcp://", "tcp://HOST:PORT"), ("tcp://host", "tcp://HOST:PORT"), ("tcp://:5556", "tcp://HOST:PORT"),
            ("tcp://host:", "65535"), ("tcp://host:65536", "65535"), ("tcp://host:-1", "65535"),
            ("tcp://::1:5556", "brackets"), ("ipc://", "ipc://PATH"), ("", "tcp://HOST:PORT"),
        ]
    )
    func `What can be neither says its remedy`(endpoint: String, remedy: String) throws {
        for toBind in [true, false] {
            let error = try #require(throws: (any Error).self) {
                try EndpointArgument(argument: endpoint).validate(for: "--option", toBind: toBind)
            }
            #expect("\(error)".contains("--option '\(endpoint)'") && "\(error)".contains(remedy), "\(error)")
        }
    }

    @Test(arguments: ["tcp://*:5556", "tcp://host:*", "tcp://host:0"])
    func `A wildcard cannot be connected to`(endpoint: String) throws {
        let error = try #require(throws: (any Error).self) {
            try EndpointArgument(argument: endpoint).validate(for: "--connect", toBind: false)
        }
        #expect("\(error)".contains("name the host and the port"))
    }
}
