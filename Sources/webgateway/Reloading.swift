import Gateway
import Logging

/// Reads the configuration again while the gateway serves: all of it takes effect, or nothing.
struct Reloading {
    let options: ServeOptions
    /// What is in force.
    var current: GatewaySettings
    let gateway: Gateway
    let log: Log

    /// Reads flags, variables and the file as they are now; what is wrong is logged, and then nothing changes.
    mutating func reload() async {
        var settings: GatewaySettings
        do {
            settings = try options.readSources().settings()
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
        await gateway.apply(settings.configuration)
        log.threshold.level = settings.logLevel
        current = settings
        log.logger.notice("configuration read again", metadata: ["routes": "\(settings.gateway.routes.count)"])
    }
}
