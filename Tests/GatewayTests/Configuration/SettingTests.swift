import Logging
import Testing

@testable import Gateway

/// What each setting means as a text, whether it comes from a flag, a variable or the file.
@Suite struct SettingTests {
    static func read(_ name: String, _ values: String...) throws -> GatewaySettings {
        try SettingSources(flags: [name: values]).settings()
    }

    @Test(arguments: Setting.all)
    func `The documented default means what the settings are without it`(setting: Setting) throws {
        var other = GatewaySettings()
        guard !setting.defaults.isEmpty else { return }
        try setting.read(setting.defaults.map(SettingText.init), &other)
        #expect("\(other)" == "\(GatewaySettings())")
    }

    @Test func `Every setting has a name, a summary and a variable of its own`() {
        #expect(Set(Setting.all.map(\.variable)).count == Setting.all.count)
        #expect(Setting(named: "request-timeout")?.variable == "WEBGATEWAY_REQUEST_TIMEOUT")
        for setting in Setting.all { #expect(setting.summary.hasSuffix(".")) }
    }

    @Test func `Every limit and every time arrives where it belongs`() throws {
        let texts = [
            "listen": ["[::1]:1", "https://localhost:2"], "workers": ["ipc:///tmp/w"], "admin": ["off"],
            "demo-workers": ["0"], "site": ["/s"], "site-list": ["on"], "cart-database": ["/d"],
            "request-timeout": ["1s"], "retries": ["3"], "queue-limit": ["4"], "max-body": ["5KiB"],
            "max-message": ["18KiB"],
            "max-header": ["6"],
            "max-target": ["7B"], "heartbeat": ["8ms"], "worker-grace": ["0s"], "max-reply": ["9MiB"],
            "response-buffer": ["10GiB"], "stream-idle-timeout": ["11m"], "max-connections": ["12"],
            "header-timeout": ["13h"], "body-timeout": ["14000us"], "idle-timeout": ["15s"], "drain-timeout": ["16s"],
            "server-name": ["a b"], "log-level": ["debug"], "log-format": ["json"], "access-log": ["off"],
            "clients": ["ipc:///tmp/c"], "curve-secret-key": ["/k"], "curve-allow": ["/a"], "insecure-workers": ["on"],
            "trusted-proxy": ["10.0.0.0/8", "2001:db8::7"],
            "tls-certificate": ["/c.pem"], "tls-key": ["/c.key"], "tls-minimum": ["1.3"], "tls-client-ca": ["/ca.pem"],
            "http2": ["off"], "http2-prior-knowledge": ["on"], "max-streams": ["17"],
            "run": ["/bin/worker -v"], "run-count": ["19"], "run-max-requests": ["20"], "run-max-memory": ["21MiB"],
        ]
        #expect(Set(texts.keys) == Set(Setting.all.map(\.name)))
        let settings = try SettingSources(flags: texts).settings()
        let gateway = settings.gateway
        #expect(
            gateway.listen == [
                ListenAddress(host: "::1", port: 1), ListenAddress(host: "localhost", port: 2, scheme: .https),
            ])
        var program = ProgramConfiguration(name: "worker", run: "/bin/worker -v")
        program.count = 19
        #expect(gateway.programs == [program])
        #expect(gateway.programRequestLimit == 20)
        #expect(gateway.programMemoryLimit == 21 << 20)
        #expect(gateway.tls.certificate == "/c.pem")
        #expect(gateway.tls.key == "/c.key")
        #expect(gateway.tls.minimumVersion == .version13)
        #expect(gateway.tls.clientAuthority == "/ca.pem")
        #expect(!gateway.http.offersHTTP2)
        #expect(gateway.http.allowsHTTP2PriorKnowledge)
        #expect(gateway.http.maximumStreams == 17)
        #expect(gateway.workers == ["ipc:///tmp/w"])
        #expect(gateway.admin == nil)
        #expect(settings.demonstrationWorkers == 0)
        #expect(settings.site == "/s" && settings.servesSite)
        let without = try Self.read("site", "off")
        #expect(without.site == nil && !without.servesSite)
        #expect(settings.listsSite)
        #expect(settings.cartDatabase == "/d")
        #expect(gateway.http.requestTimeout == .seconds(1))
        #expect(gateway.http.retries == 3)
        #expect(gateway.broker.queueLimit == 4)
        #expect(gateway.http.maximumBodySize == 5 << 10)
        #expect(gateway.http.maximumMessageSize == 18 << 10)
        #expect(gateway.http.maximumHeaderSize == 6)
        #expect(gateway.http.maximumTargetSize == 7)
        #expect(gateway.broker.heartbeat == .milliseconds(8))
        #expect(gateway.broker.workerGrace == .zero)
        #expect(gateway.maximumReply == 9 << 20)
        #expect(gateway.http.responseBuffer == 10 << 30)
        #expect(gateway.broker.streamIdleTimeout == .seconds(660))
        #expect(gateway.http.maximumConnections == 12)
        #expect(gateway.http.headerTimeout == .seconds(13 * 3600))
        #expect(gateway.http.bodyTimeout == .milliseconds(14))
        #expect(gateway.http.idleTimeout == .seconds(15))
        #expect(gateway.drainTimeout == .seconds(16))
        #expect(gateway.http.serverName == "a b")
        #expect(settings.logLevel == .debug)
        #expect(settings.logFormat == .json)
        #expect(settings.logsRequests == false)
        #expect(gateway.clients == ["ipc:///tmp/c"])
        #expect(gateway.curveSecretKey == "/k")
        #expect(gateway.curveAllow == "/a")
        #expect(gateway.allowsInsecureWorkers)
        #expect(gateway.http.trustedProxies.map(\.description) == ["10.0.0.0/8", "2001:db8::7"])
    }

    @Test(arguments: [
        ("request-timeout", "5"), ("request-timeout", ""), ("request-timeout", "s"), ("request-timeout", "0s"),
        ("request-timeout", "-1s"), ("request-timeout", "1.5s"), ("request-timeout", "1 s"),
        ("request-timeout", "99999999999999999999s"), ("request-timeout", "9223372036854775807h"),
        ("request-timeout", "٣s"), ("heartbeat", "2h"), ("max-body", "1MB"), ("max-body", "-1"),
        ("max-body", "9223372036854775807GiB"), ("max-header", "0"), ("queue-limit", "0"), ("queue-limit", "+1"),
        ("retries", "two"), ("listen", "8080"), ("listen", "a:b:1"), ("listen", "127.0.0.1:65536"),
        ("listen", "https://localhost"), ("listen", "https://h:1/"), ("listen", "ftp://h:1"), ("listen", "https:h:1"),
        ("admin", "https://127.0.0.1:1"), ("tls-minimum", "1.1"), ("tls-minimum", "TLSv1.2"), ("tls-key", ""),
        ("workers", "tcp://:1"), ("workers", "tcp://127.0.0.1:x"), ("workers", "http://127.0.0.1:1"),
        ("admin", "on"), ("log-level", "INFO"), ("access-log", "yes"), ("server-name", "a\r\nx: y"),
        ("trusted-proxy", "10.0.0.0/33"), ("trusted-proxy", "proxy.example.com"), ("trusted-proxy", ""),
    ])
    func `A value that breaks the rules is told with its flag and a remedy`(name: String, value: String) throws {
        let problems = try #require(throws: ConfigurationProblems.self) { try Self.read(name, value) }
        let text = try #require(problems.problems.first).description
        #expect(text.hasPrefix("--\(name) '"))
        #expect(text.contains("': "))
        #expect(!text.contains { $0.isNewline })
    }

    @Test func `A block with bits beyond its length is told with what is probably meant`() throws {
        let problems = try #require(throws: ConfigurationProblems.self) {
            try Self.read("trusted-proxy", "10.0.0.0/8", "192.0.2.130/25")
        }
        #expect(
            problems.description
                == "--trusted-proxy '192.0.2.130/25': the address has bits beyond the length; write 192.0.2.128/25, or the "
                + "address alone for it alone")
    }

    @Test(arguments: [
        (["listen": ["https://h:1"]], "--listen 'https://h:1'"),
        (["listen": ["https://h:1"], "tls-certificate": ["c"]], "--tls-certificate 'c'"),
        (["listen": ["https://h:1"], "tls-key": ["k"]], "--tls-key 'k'"),
        (["tls-certificate": ["c"], "tls-key": ["k"]], "--tls-certificate 'c'"),
        (["tls-client-ca": ["a"]], "--tls-client-ca 'a'"),
    ])
    func `HTTPS needs a certificate and a key, and they need HTTPS`(flags: [String: [String]], beginning: String) throws
    {
        let problems = try #require(throws: ConfigurationProblems.self) {
            try SettingSources(flags: flags).settings()
        }
        #expect(problems.problems.count == 1)
        #expect(problems.description.hasPrefix("\(beginning): "), "\(problems)")
    }

    @Test func `The last of several flags wins where only one can be`() throws {
        #expect(try Self.read("retries", "1", "5").gateway.http.retries == 5)
    }
}
