extension Setting {
    /// All settings, in the order in which they are documented.
    package static let all: [Setting] =
        addresses + programs + demonstration + encryption + versions + security + requests + workersAndReplies
        + connections
        + logging

    private static let addresses: [Setting] = [
        Setting(
            "listen", "[http[s]://]HOST:PORT",
            "Address of HTTP, or of HTTPS (https://HOST:PORT), repeatable; port 0 picks a free one.",
            default: "127.0.0.1:8080",
            isRepeatable: true, change: .restart
        ) { (values, settings) throws(SettingError) in
            var addresses: [ListenAddress] = []
            for value in values { addresses.append(try value.addressWithScheme()) }
            settings.gateway.listen = addresses
        },
        Setting(
            "workers", "ENDPOINT", "Endpoint to bind for workers, repeatable.", default: "tcp://127.0.0.1:5555",
            isRepeatable: true, change: .restart
        ) { (values, settings) throws(SettingError) in
            var endpoints: [String] = []
            for value in values { endpoints.append(try value.boundEndpoint()) }
            settings.gateway.workers = endpoints
        },
        Setting(
            "clients", "ENDPOINT", "Endpoint to bind for MDP clients, repeatable; there is none by default.",
            isRepeatable: true, change: .restart
        ) { (values, settings) throws(SettingError) in
            var endpoints: [String] = []
            for value in values { endpoints.append(try value.boundEndpoint()) }
            settings.gateway.clients = endpoints
        },
        Setting(
            "admin", "HOST:PORT|off", "Address of the dashboard, health and metrics; off turns it off.",
            default: "127.0.0.1:8081", change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.gateway.admin = value.text == "off" ? nil : try value.address(orElse: "off")
        },
    ]

    private static let programs: [Setting] = [
        Setting(
            "run", "COMMAND",
            "Shell command of a program that is started and kept running, whose processes are workers."
        ) {
            (value, settings) throws(SettingError) in
            settings.run = try ProgramReader.command(value)
        },
        Setting("run-count", "NUMBER", "How many processes of it run.", default: "1") {
            (value, settings) throws(SettingError) in
            settings.runCount = try value.number(in: ProgramReader.counts)
        },
        Setting(
            "run-max-requests", "NUMBER",
            "After how many answered requests a process of a program is replaced by another; never by default."
        ) { (value, settings) throws(SettingError) in
            settings.gateway.programRequestLimit = try value.number(in: 1...1_000_000_000_000)
        },
        Setting(
            "run-max-memory", "SIZE",
            "From how much memory on a process of a program is replaced by another; never by default."
        ) { (value, settings) throws(SettingError) in
            settings.gateway.programMemoryLimit = try value.size()
        },
    ]

    private static let demonstration: [Setting] = [
        Setting(
            "demo-workers", "NUMBER", "Embedded demonstration workers of each service; 0 for none.", default: "2",
            change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.demonstrationWorkers = try value.number(in: 0...1000)
        },
        Setting(
            "site", "DIRECTORY|off",
            "Folder that the demonstration service site serves, or off for no such service; its own pages by default.",
            change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.servesSite = value.text != "off"
            settings.site = settings.servesSite ? try value.path() : nil
        },
        Setting(
            "site-list", "", "Answer a folder of the site that has no index.html with a list.", default: "off",
            change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.listsSite = try value.isOn()
        },
        Setting(
            "cart-database", "FILE",
            "SQLite file of the demonstration's carts, which processes may share; one that is gone with the gateway by default.",
            change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.cartDatabase = try value.path()
        },
    ]

    private static let encryption: [Setting] = [
        Setting(
            "tls-certificate", "FILE", "Certificate of HTTPS in PEM form, the intermediate ones behind it."
        ) { (value, settings) throws(SettingError) in
            settings.gateway.tls.certificate = try value.path()
        },
        Setting("tls-key", "FILE", "Private key of that certificate in PEM form, not encrypted.") {
            (value, settings) throws(SettingError) in
            settings.gateway.tls.key = try value.path()
        },
        Setting("tls-minimum", "1.2|1.3", "The oldest version of TLS that a client may speak.", default: "1.2") {
            (value, settings) throws(SettingError) in
            settings.gateway.tls.minimumVersion = try value.choice()
        },
        Setting(
            "tls-client-ca", "FILE",
            "Certificates in PEM form of the authorities of which a client has to show a certificate."
        ) { (value, settings) throws(SettingError) in
            settings.gateway.tls.clientAuthority = try value.path()
        },
    ]

    private static let versions: [Setting] = [
        Setting("http2", "on|off", "Offer HTTP/2 to the clients of HTTPS, besides HTTP/1.1.", default: "on") {
            (value, settings) throws(SettingError) in
            settings.gateway.http.offersHTTP2 = try value.isOn()
        },
        Setting(
            "http2-prior-knowledge", "", "Let a client without TLS begin with HTTP/2.", default: "off"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.allowsHTTP2PriorKnowledge = try value.isOn()
        },
        Setting(
            "max-streams", "NUMBER", "Requests of one connection of HTTP/2 under way at a time; one more is refused.",
            default: "100"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.maximumStreams = try value.number(in: 1...10_000)
        },
    ]

    private static let security: [Setting] = [
        Setting(
            "curve-secret-key", "FILE", "Certificate of the gateway's own CURVE keys, which turns CURVE on.",
            change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.gateway.curveSecretKey = try value.path()
        },
        Setting(
            "curve-allow", "DIRECTORY", "Folder of the public keys of workers and clients that are let in.",
            change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.gateway.curveAllow = try value.path()
        },
        Setting(
            "insecure-workers", "", "Open endpoints that other machines may reach without CURVE.", default: "off",
            change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.gateway.allowsInsecureWorkers = try value.isOn()
        },
        Setting(
            "trusted-proxy", "CIDR", "Block of addresses of proxies whose forwarded fields are believed, repeatable.",
            isRepeatable: true
        ) { (values, settings) throws(SettingError) in
            var blocks: [AddressBlock] = []
            for value in values { blocks.append(try value.addressBlock()) }
            settings.gateway.http.trustedProxies = blocks
        },
    ]

    private static let requests: [Setting] = [
        Setting(
            "request-timeout", "DURATION",
            "The time from a request's arrival to the first byte of its reply; then 504.",
            default: "30s"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.requestTimeout = try value.duration()
        },
        Setting(
            "retries", "NUMBER", "How often an idempotent request is sent to another worker after the first was lost.",
            default: "2"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.retries = try value.number(in: 0...1000)
        },
        Setting(
            "queue-limit", "NUMBER", "Requests that may wait for one service; one more gets 503.", default: "1024"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.broker.queueLimit = try value.number(in: 1...1_000_000_000)
        },
        Setting("max-body", "SIZE", "The largest request body; a larger one gets 413.", default: "1MiB") {
            (value, settings) throws(SettingError) in
            settings.gateway.http.maximumBodySize = try value.size(atLeast: 0)
        },
        Setting(
            "max-message", "SIZE", "The largest message of a WebSocket's client; a larger one ends it with 1009.",
            default: "1MiB"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.maximumMessageSize = try value.size()
        },
        Setting(
            "max-header", "SIZE", "The largest sum of a request's field lines; more get 431.", default: "16KiB"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.maximumHeaderSize = try value.size()
        },
        Setting("max-target", "SIZE", "The longest request target; a longer one gets 414.", default: "8KiB") {
            (value, settings) throws(SettingError) in
            settings.gateway.http.maximumTargetSize = try value.size()
        },
    ]

    private static let workersAndReplies: [Setting] = [
        Setting(
            "heartbeat", "DURATION", "The time between two heartbeats; a worker silent for three is dead.",
            default: "1s",
            change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.gateway.broker.heartbeat = try value.duration(in: .milliseconds(1)...(.seconds(3600)))
        },
        Setting(
            "worker-grace", "DURATION", "How long a request waits for a service that has no worker; then 503.",
            default: "1s"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.broker.workerGrace = try value.duration(in: .zero...SettingText.longestDuration)
        },
        Setting(
            "max-reply", "SIZE",
            "The largest message from a worker; a larger reply is refused, and one far larger ends the connection.",
            default: "64MiB",
            change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.gateway.maximumReply = try value.size()
        },
        Setting(
            "response-buffer", "SIZE", "What may wait of a streamed reply for a slow client; then it is cut.",
            default: "1MiB", change: .restart
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.responseBuffer = try value.size()
        },
        Setting(
            "stream-idle-timeout", "DURATION", "How long a streamed reply may bring nothing; then it is cut.",
            default: "60s"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.broker.streamIdleTimeout = try value.duration()
        },
    ]

    private static let connections: [Setting] = [
        Setting(
            "max-connections", "NUMBER", "Connections served at a time; one more gets 503 and is closed.",
            default: "10000"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.maximumConnections = try value.number(in: 1...1_000_000_000)
        },
        Setting(
            "header-timeout", "DURATION", "The time from the first byte of a request to the end of its head; then 408.",
            default: "10s"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.headerTimeout = try value.duration()
        },
        Setting(
            "body-timeout", "DURATION", "The time from the end of a head to the end of the body; then 408.",
            default: "30s"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.bodyTimeout = try value.duration()
        },
        Setting(
            "idle-timeout", "DURATION",
            "How long a connection may lie idle between requests, or its client take nothing of a response.",
            default: "75s"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.http.idleTimeout = try value.duration()
        },
        Setting(
            "drain-timeout", "DURATION", "How long the end waits for what is in flight.", default: "30s"
        ) { (value, settings) throws(SettingError) in
            settings.gateway.drainTimeout = try value.duration(in: .zero...SettingText.longestDuration)
        },
        Setting("server-name", "TEXT", "The value of the field `server` of responses; there is none by default.") {
            (value, settings) throws(SettingError) in
            settings.gateway.http.serverName = try value.fieldValue()
        },
    ]

    private static let logging: [Setting] = [
        Setting(
            "log-level", "LEVEL",
            "The least severe lines logged: trace, debug, info, notice, warning, error, critical.", default: "info"
        ) { (value, settings) throws(SettingError) in
            settings.logLevel = try value.choice()
        },
        Setting("log-format", "text|json", "How a line of the log is written.", default: "text", change: .restart) {
            (value, settings) throws(SettingError) in
            settings.logFormat = try value.choice()
        },
        Setting("access-log", "on|off", "Log every request.", default: "on", change: .restart) {
            (value, settings) throws(SettingError) in
            settings.logsRequests = try value.isOn()
        },
    ]
}
