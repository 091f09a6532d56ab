import SwiftZMQ

// Who can reach a bound endpoint, and whether that is a reason not to bind it.

extension GatewayConfiguration {
    /// Why the gateway must not start like this: the setting, its value, and the remedy; nil where it may.
    ///
    /// Whoever reaches an endpoint without security can pose as a worker and read what clients send. One that other
    /// machines may reach is opened only with CURVE, or where that is asked for.
    var securityMistake: (setting: String, value: String, remedy: String)? {
        switch (curveSecretKey, curveAllow) {
        case (let file?, nil):
            return (
                "curve-secret-key", file,
                "--curve-allow DIRECTORY is needed with it: the folder of the public keys (*.key) that are let in"
            )
        case (nil, let folder?):
            return (
                "curve-allow", folder,
                "--curve-secret-key FILE is needed with it; 'webgateway keygen DIRECTORY NAME' makes one"
            )
        case (_?, _?): return nil
        case (nil, nil): break
        }
        guard !allowsInsecureWorkers else { return nil }
        for (setting, endpoints) in [("workers", workers), ("clients", clients)] {
            for endpoint in endpoints where !Self.isLocal(endpoint) {
                return (
                    setting, endpoint,
                    "other machines may reach this endpoint: bind it to 127.0.0.1, or use CURVE (--curve-secret-key "
                        + "FILE and --curve-allow DIRECTORY), or accept everybody with --insecure-workers"
                )
            }
        }
        return nil
    }

    /// Whether only this machine can connect to an endpoint. What it does not know counts as open.
    static func isLocal(_ endpoint: String) -> Bool {
        if endpoint.hasPrefix("ipc://") || endpoint.hasPrefix("inproc://") { return true }
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else { return false }
        let host = endpoint[..<colon].dropFirst(6)
        if ["localhost", "lo", "[::1]", "::1"].contains(host) { return true }
        // 127.0.0.0/8, as four numbers: a name may begin with 127, too.
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in part.utf8.allSatisfy(\.isDigit) && UInt8(part) != nil }
    }
}
