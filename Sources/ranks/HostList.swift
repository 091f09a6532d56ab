import ArgumentParser

/// Hosts and how many processes have a place on each: `a:2,b:2`. An address of IPv6, which has colons itself, stands in
/// brackets: `[fd00::7]:2`.
struct HostList: Hashable {
    /// The host of each place, without brackets.
    let places: [String]

    private static var tooMany: ValidationError {
        ValidationError("the hosts have places for at most \(ProcessNumber.most) processes together")
    }

    static func parse(_ text: String) throws -> HostList {
        let places = try text.split(separator: ",", omittingEmptySubsequences: false).flatMap { entry in
            guard let (host, number) = place(entry) else {
                throw ValidationError("hosts are written HOST:NUMBER, with commas in between, such as a:2,b:2")
            }
            guard number <= ProcessNumber.most else { throw tooMany }
            return Array(repeating: String(host), count: number)
        }
        guard places.count <= ProcessNumber.most else { throw tooMany }
        return HostList(places: places)
    }

    /// A host and its number of places; nil for what is none.
    private static func place(_ entry: Substring) -> (host: Substring, number: Int)? {
        var host = entry
        var count: Substring = "1"
        if entry.hasPrefix("["), let end = entry.firstIndex(of: "]") {
            host = entry[..<end].dropFirst()
            let rest = entry[end...].dropFirst()
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            if !rest.isEmpty { count = rest.dropFirst() }
        } else if let colon = entry.firstIndex(of: ":") {
            host = entry[..<colon]
            count = entry[colon...].dropFirst()
        }
        guard !host.isEmpty, !host.hasPrefix("-"), let number = Int(count), number >= 1 else { return nil }
        return (host, number)
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
