import ArgumentParser
import DemonstrationServices
import Gateway
import Logging
import SwiftZMQ

/// What `webgateway serve` brings along to be tried: services, and weather that is published for the start page.
struct Demonstration {
    private let services: [DemonstrationService]
    private let weather: WeatherStation

    /// Opens what the services need; nil where none are wanted.
    ///
    /// - Throws: `ValidationError` for a folder or a database that cannot be used.
    init?(_ settings: GatewaySettings) throws {
        guard settings.demonstrationWorkers > 0 else { return nil }
        var options = DemonstrationService.Options()
        options.servesSite = settings.servesSite
        options.site = settings.site
        options.listsFolders = settings.listsSite
        options.cartDatabase = settings.cartDatabase
        do {
            services = try DemonstrationService.all(options)
        } catch let mistake as DemonstrationService.OptionMistake {
            throw ValidationError(mistake.description)
        }
        weather = WeatherStation()
    }

    /// The names under which the services register.
    var serviceNames: Set<String> { Set(services.map(\.registeredName)) }

    /// Where the weather is read.
    var weatherRoute: Route {
        Route(path: "/weather/", destination: .topics(TopicSource(endpoints: [weather.endpoint])))
    }

    /// Starts `count` workers of each service, and the weather.
    func start(_ count: Int, at endpoint: String, security: SocketSecurity, logger: Logger) -> DemonstrationWorkers {
        DemonstrationWorkers(
            services, count: count, endpoint: endpoint, weather: weather, security: security, logger: logger)
    }
}
