import Gateway
import Logging

/// Reads the configuration again while the gateway serves: all of it takes effect, or nothing.
struct Reloading {
    let options: ServeOptions
    /// What is in force.
    var current: GatewaySettings
    let demonstration: Demonstration?
    let gateway: Gateway
    let log: Log

    /// Reads flags, variables and the file as they are now; what is wrong is logged, and then nothing changes.
    mutating func reload() async {
        var settings: GatewaySettings
        let sources: SettingSources
        do {
            sources = try options.readSources()
            settings = try sources.settings()
        } catch let problems as ConfigurationProblems {
            for problem in problems.problems { log.logger.error("configuration refused: \(problem)") }
            return
        } catch {
            log.logger.error("configuration refused: \(error)")
            return
        }
        // Told each time, as long as the program runs with the old value.
        for setting in settings.changesThatNeedRestart(from: current) {
            log.logger.warning(
                "setting takes effect when the gateway is started anew", metadata: ["setting": "\(setting.name)"])
        }
        settings.keepWhatNeedsRestart(of: current)
        // Together with the addresses that stay, and told by where each file is named.
        let problems = sources.problems(ofTLSFilesIn: settings)
        for problem in problems { log.logger.error("configuration refused: \(problem)") }
        guard problems.isEmpty else { return }
        do {
            try await gateway.apply(settings.configuration(with: demonstration))
        } catch {
            log.logger.error("configuration refused: \(error)")
            return
        }
        log.threshold.level = settings.logLevel
        current = settings
        log.logger.notice("configuration read again", metadata: ["routes": "\(settings.gateway.routes.count)"])
    }
}
