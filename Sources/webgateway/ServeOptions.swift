import ArgumentParser
import Foundation
import Gateway

/// The flags of `webgateway serve`, as texts: what they mean is said by ``Setting``, for variables and the file as well.
struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "YAML with the same settings and the routes. Flags win over WEBGATEWAY_* variables, those over the file.",
            valueName: "file"))
    var config: String?

    @Option(help: .setting("listen")) var listen: [String] = []
    @Option(help: .setting("workers")) var workers: [String] = []
    @Option(help: .setting("clients")) var clients: [String] = []
    @Option(help: .setting("admin")) var admin: String?

    @Option(help: .setting("run")) var run: String?
    @Option(help: .setting("run-count")) var runCount: String?
    @Option(help: .setting("run-max-requests")) var runMaxRequests: String?
    @Option(help: .setting("run-max-memory")) var runMaxMemory: String?

    @Option(help: .setting("demo-workers")) var demoWorkers: String?
    @Option(help: .setting("site")) var site: String?
    @Flag(help: .setting("site-list")) var siteList = false
    @Option(help: .setting("cart-database")) var cartDatabase: String?

    @Option(help: .setting("tls-certificate")) var tlsCertificate: String?
    @Option(help: .setting("tls-key")) var tlsKey: String?
    @Option(help: .setting("tls-minimum")) var tlsMinimum: String?
    @Option(name: .customLong("tls-client-ca"), help: .setting("tls-client-ca")) var tlsClientAuthority: String?

    @Option(name: .customLong("http2"), help: .setting("http2")) var http2: String?
    @Flag(name: .customLong("http2-prior-knowledge"), help: .setting("http2-prior-knowledge"))
    var http2PriorKnowledge = false
    @Option(help: .setting("max-streams")) var maxStreams: String?

    @Option(help: .setting("curve-secret-key")) var curveSecretKey: String?
    @Option(help: .setting("curve-allow")) var curveAllow: String?
    @Flag(help: .setting("insecure-workers")) var insecureWorkers = false
    @Option(help: .setting("trusted-proxy")) var trustedProxy: [String] = []

    @Option(help: .setting("request-timeout")) var requestTimeout: String?
    @Option(help: .setting("retries")) var retries: String?
    @Option(help: .setting("queue-limit")) var queueLimit: String?
    @Option(help: .setting("max-body")) var maxBody: String?
    @Option(help: .setting("max-message")) var maxMessage: String?
    @Option(help: .setting("max-header")) var maxHeader: String?
    @Option(help: .setting("max-target")) var maxTarget: String?

    @Option(help: .setting("heartbeat")) var heartbeat: String?
    @Option(help: .setting("worker-grace")) var workerGrace: String?
    @Option(help: .setting("max-reply")) var maxReply: String?
    @Option(help: .setting("response-buffer")) var responseBuffer: String?
    @Option(help: .setting("stream-idle-timeout")) var streamIdleTimeout: String?

    @Option(help: .setting("max-connections")) var maxConnections: String?
    @Option(help: .setting("header-timeout")) var headerTimeout: String?
    @Option(help: .setting("body-timeout")) var bodyTimeout: String?
    @Option(help: .setting("idle-timeout")) var idleTimeout: String?
    @Option(help: .setting("drain-timeout")) var drainTimeout: String?
    @Option(help: .setting("server-name")) var serverName: String?

    @Option(help: .setting("log-level")) var logLevel: String?
    @Option(help: .setting("log-format")) var logFormat: String?
    @Option(help: .setting("access-log")) var accessLog: String?

    /// The flags that were given, by the settings' names.
    var given: [String: [String]] {
        let single: [(String, String?)] = [
            ("run", run), ("run-count", runCount), ("run-max-requests", runMaxRequests),
            ("run-max-memory", runMaxMemory), ("admin", admin), ("demo-workers", demoWorkers), ("site", site),
            ("site-list", siteList ? "on" : nil), ("cart-database", cartDatabase), ("request-timeout", requestTimeout),
            ("retries", retries), ("queue-limit", queueLimit), ("max-body", maxBody), ("max-message", maxMessage),
            ("max-header", maxHeader), ("max-target", maxTarget),
            ("heartbeat", heartbeat), ("worker-grace", workerGrace), ("max-reply", maxReply),
            ("response-buffer", responseBuffer), ("stream-idle-timeout", streamIdleTimeout),
            ("max-connections", maxConnections), ("header-timeout", headerTimeout), ("body-timeout", bodyTimeout),
            ("idle-timeout", idleTimeout), ("drain-timeout", drainTimeout), ("server-name", serverName),
            ("log-level", logLevel), ("log-format", logFormat), ("access-log", accessLog),
            ("tls-certificate", tlsCertificate), ("tls-key", tlsKey), ("tls-minimum", tlsMinimum),
            ("tls-client-ca", tlsClientAuthority), ("curve-secret-key", curveSecretKey), ("curve-allow", curveAllow),
            ("insecure-workers", insecureWorkers ? "on" : nil), ("http2", http2),
            ("http2-prior-knowledge", http2PriorKnowledge ? "on" : nil), ("max-streams", maxStreams),
        ]
        let repeatable = ["listen": listen, "workers": workers, "clients": clients, "trusted-proxy": trustedProxy]
        var given = repeatable.filter { !$0.value.isEmpty }
        for (name, value) in single { given[name] = value.map { [$0] } }
        return given
    }

    /// The flags, the environment and the file as they are now.
    ///
    /// - Throws: `ConfigurationProblem` where the file cannot be read.
    func readSources() throws(ConfigurationProblem) -> SettingSources {
        let environment = ProcessInfo.processInfo.environment
        let path = config ?? environment[Setting.fileVariable]
        if path?.isEmpty == true {
            let origin = config == nil ? SettingOrigin.variable(Setting.fileVariable) : .flag("--config")
            throw ConfigurationProblem.emptyPath(of: origin)
        }
        let file: ConfigurationFile? = if let path { try ConfigurationFile(path: path) } else { nil }
        return SettingSources(flags: given, environment: environment, file: file)
    }
}

extension ArgumentHelp {
    /// What a flag does, with its default.
    fileprivate static func setting(_ name: String) -> ArgumentHelp {
        guard let setting = Setting(named: name) else { preconditionFailure("there is no setting \(name)") }
        let defaults = setting.defaults.isEmpty ? "" : " (default: \(setting.defaults.joined(separator: ", ")))"
        return ArgumentHelp("\(setting.summary)\(defaults)", valueName: setting.placeholder.lowercased())
    }
}
