import ArgumentParser
import SystemSupport

/// What the parser cannot know about a gateway's endpoint: the check names the option, the value and the remedy.
enum Endpoints {
    static func check(_ endpoint: String, _ option: String) throws {
        guard EndpointText.isWellFormed(endpoint, for: .connecting) else {
            throw ValidationError("\(option) '\(endpoint)': \(EndpointText.remedy)")
        }
    }
}
