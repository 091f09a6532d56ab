import Foundation

/// A number that a run of the tests takes from its environment, so that one test is a short one in continuous integration
/// and a long one under `make chaos`.
enum Parameter {
    static func number(_ name: String, default value: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? value
    }
}
