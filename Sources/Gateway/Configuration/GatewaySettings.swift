package import Logging

/// Everything that can be set for the program `webgateway`: the gateway's configuration, and what surrounds it.
///
/// ``SettingSources`` makes it of flags, variables and a file; ``Setting`` says what each is called.
package struct GatewaySettings: Sendable {
    /// The gateway's addresses, limits and times.
    package var gateway = GatewayConfiguration()
    /// How many embedded demonstration workers of each service there are; default 2.
    package var demonstrationWorkers = 2
    /// Whether files are served by one of them, `site`; default true.
    package var servesSite = true
    /// The folder that it serves; nil, the default, for the pages that are part of the program.
    package var site: String?
    /// Whether it lists a folder without index; default false.
    package var listsSite = false
    /// The database of the carts; nil, the default, for one that is gone with the gateway.
    package var cartDatabase: String?
    /// The command of a program that the command line asks for; nil, the default, for none.
    package var run: String?
    /// How many processes of it run; default 1.
    package var runCount = 1
    /// The least severe lines logged; default info.
    package var logLevel = Logger.Level.info
    /// How a line of the log is written; default text.
    package var logFormat = LogFormat.text
    /// Whether every request is logged; default true.
    package var logsRequests = true
    /// What each setting was given as, by its name; those that were left at their defaults are missing.
    var texts: [String: [String]] = [:]

    /// The defaults of the program: those of the library, and an administration listener at 127.0.0.1:8081.
    package init() {
        gateway.admin = ListenAddress(host: "127.0.0.1", port: 8081)
    }

    /// The settings that were given otherwise than in others and cannot take effect while the program runs.
    package func changesThatNeedRestart(from earlier: GatewaySettings) -> [Setting] {
        Setting.all.filter { $0.change == .restart && values(of: $0) != earlier.values(of: $0) }
    }

    /// Takes everything that cannot change while the program runs from the settings it was started with.
    package mutating func keepWhatNeedsRestart(of earlier: GatewaySettings) {
        for setting in Setting.all where setting.change == .restart {
            // It was read without error before, and would be left as it is otherwise.
            try? setting.read(earlier.values(of: setting).map(SettingText.init), &self)
            texts[setting.name] = earlier.texts[setting.name]
        }
    }

    private func values(of setting: Setting) -> [String] { texts[setting.name] ?? setting.defaults }
}
