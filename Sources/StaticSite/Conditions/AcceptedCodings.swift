import TextFormats

/// What `accept-encoding` says of a content coding (RFC 9110, section 12.5.3).
enum AcceptedCodings {
    /// Whether a compressed form is to be sent: it is accepted, and not liked less than the plain one.
    static func prefersGzip(_ value: String?) -> Bool {
        guard let value else { return false }
        var weights: [String: Int] = [:]
        for member in value.split(separator: ",") {
            let parts = member.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmingBlanks)
            let name = parts[0].lowercased()
            guard !name.isEmpty else { continue }
            weights[name == "x-gzip" ? "gzip" : name] = weight(parts.dropFirst())
        }
        let gzip = weights["gzip"] ?? weights["*"] ?? 0
        // Plain is acceptable unless it is ruled out, and is not asked for by silence.
        return gzip > 0 && gzip >= weights["identity"] ?? 0
    }

    /// Thousandths; a weight that cannot be read is none.
    private static func weight(_ parameters: ArraySlice<Substring>) -> Int {
        guard let parameter = parameters.first else { return 1000 }
        let text = parameter.lowercased()
        guard text.hasPrefix("q=") else { return 1000 }
        let number = text.dropFirst(2)
        guard let whole = number.first, whole == "0" || whole == "1", number.utf8.count <= 5 else { return 0 }
        let fraction = number.dropFirst(2)
        guard number.count == 1 || number.dropFirst().first == ".",
            fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return 0 }
        let thousandths = Int((fraction + "000").prefix(3)) ?? 0
        return whole == "1" ? 1000 : thousandths
    }
}
