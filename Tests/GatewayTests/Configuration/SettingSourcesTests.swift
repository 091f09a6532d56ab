import Testing

@testable import Gateway

/// Flags win over variables, those over the file, and that over the defaults.
@Suite struct SettingSourcesTests {
    static let file = ConfigurationFile(
        name: "g.yaml",
        text: """
            request-timeout: 1s
            body-timeout: 1s
            idle-timeout: 1s
            listen: [127.0.0.1:1, 127.0.0.1:2]
            access-log: off
            routes:
              - path: /api/
                service: orders
            """)
    static let environment = [
        "WEBGATEWAY_REQUEST_TIMEOUT": "2s", "WEBGATEWAY_BODY_TIMEOUT": "2s",
        "WEBGATEWAY_LISTEN": "127.0.0.1:3, [::1]:4",
        "REQUEST_TIMEOUT": "9s", "PATH": "/bin",
    ]

    @Test func `The strongest source that has a value decides`() throws {
        let flags = ["request-timeout": ["3s"]]
        let settings = try SettingSources(flags: flags, environment: Self.environment, file: Self.file).settings()
        #expect(settings.gateway.http.requestTimeout == .seconds(3))
        #expect(settings.gateway.http.bodyTimeout == .seconds(2))
        #expect(settings.gateway.http.idleTimeout == .seconds(1))
        #expect(settings.gateway.http.headerTimeout == .seconds(10))
        #expect(
            settings.gateway.listen == [ListenAddress(host: "127.0.0.1", port: 3), ListenAddress(host: "::1", port: 4)])
        #expect(!settings.logsRequests)
        #expect(settings.gateway.routes == [Route(path: "/api/", service: "orders")])
    }

    @Test func `A repeatable setting is taken whole from one source`() throws {
        let settings = try SettingSources(flags: ["listen": ["127.0.0.1:9"]], file: Self.file).settings()
        #expect(settings.gateway.listen == [ListenAddress(host: "127.0.0.1", port: 9)])
    }

    @Test func `Mistakes of all sources are told, the strongest source first`() throws {
        let sources = SettingSources(
            flags: ["retries": ["x"]], environment: ["WEBGATEWAY_RETRIES": "y"],
            file: ConfigurationFile(name: "g.yaml", text: "retries: z\n"))
        let problems = try #require(throws: ConfigurationProblems.self) { try sources.settings() }
        #expect(
            problems.problems.map { String($0.description.prefix { $0 != ":" }) } == [
                "--retries 'x'", "WEBGATEWAY_RETRIES 'y'", "g.yaml",
            ])
        #expect(problems.description.hasSuffix("(and 2 more mistakes)"))
    }

    @Test func `Variables that are no settings are known as such`() {
        let sources = SettingSources(environment: [
            "WEBGATEWAY_RETRIES": "1", "WEBGATEWAY_CONFIG": "x", "WEBGATEWAY_RETRY": "1", "OTHER": "1",
        ])
        #expect(sources.unknownVariables == ["WEBGATEWAY_RETRY"])
    }

    @Test func `What needs a restart is told and kept as it was`() throws {
        let before = try SettingSources(flags: ["heartbeat": ["2s"]]).settings()
        var after = try SettingSources(
            flags: ["heartbeat": ["3s"], "listen": ["127.0.0.1:1"], "retries": ["7"], "max-reply": ["64MiB"]]
        ).settings()
        #expect(after.changesThatNeedRestart(from: before).map(\.name) == ["listen", "heartbeat"])
        after.keepWhatNeedsRestart(of: before)
        #expect(after.gateway.broker.heartbeat == .seconds(2))
        #expect(after.gateway.listen == GatewayConfiguration().listen)
        #expect(after.gateway.http.retries == 7)
        #expect(after.changesThatNeedRestart(from: before).isEmpty)
    }
}
