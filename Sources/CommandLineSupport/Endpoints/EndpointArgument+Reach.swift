extension EndpointArgument {
    /// Whether other machines may reach the endpoint when it is bound. A name that is not known here counts as one that
    /// they can reach.
    public var isOpenToOtherMachines: Bool {
        guard text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":") else { return false }
        let host = text[..<colon].dropFirst(6)
        if ["localhost", "lo", "[::1]", "::1"].contains(host) { return false }
        // 127.0.0.0/8, as four numbers: a name may begin with 127, too.
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback = parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        return !isLoopback
    }
}
