import ArgumentParser

/// Hosts and how many processes have a place on each: `a:2,b:2`.
struct HostList: Hashable {
    /// The host of each place.
    let places: [String]

    private static var tooMany: ValidationError {
        ValidationError("the hosts have places for at most \(ProcessNumber.most) processes together")
    }

    static func parse(_ text: String) throws -> HostList {
        let places = try text.split(separator: ",", omittingEmptySubsequences: false).flatMap { entry in
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
            guard let host = parts.first, !host.isEmpty, !host.hasPrefix("-"), parts.count <= 2,
                let number = parts.count == 2 ? Int(parts[1]) : 1, number >= 1
            else { throw ValidationError("hosts are written HOST:NUMBER, with commas in between, such as a:2,b:2") }
            guard number <= ProcessNumber.most else { throw tooMany }
            return Array(repeating: String(host), count: number)
        }
        guard places.count <= ProcessNumber.most else { throw tooMany }
        return HostList(places: places)
    }
}

/// Numbers of processes.
enum ProcessNumber {
    static let most = 1000

    static func check(_ number: Int?, least: Int = 1) throws {
        guard let number, !(least...most).contains(number) else { return }
        throw ValidationError("--number \(number): a number from \(least) to \(most) is needed")
    }
}
