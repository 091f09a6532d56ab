import Dispatch
import Glibc

/// The addresses that the name in an endpoint stands for, as the system resolves it.
struct EndpointAddresses: Sendable {
    /// The same endpoint with each of its numeric addresses: `tcp://127.0.0.1:5556` for `tcp://localhost:5556`.
    let endpoints: [String]
    /// Why the name stands for none.
    let failure: String?

    /// Asks the system, on a thread of its own, as that may take a while.
    static func resolve(_ endpoint: String) async -> EndpointAddresses {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: EndpointAddresses(endpoint)) }
        }
    }

    private init(_ endpoint: String) {
        // `SOURCE;HOST:PORT` names the local address, too.
        let target = endpoint.dropFirst(6).split(separator: ";").last ?? ""
        guard endpoint.hasPrefix("tcp://"), let colon = target.lastIndex(of: ":") else {
            (endpoints, failure) = ([], nil)
            return
        }
        let host = target[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
        let port = target[target.index(after: colon)...]
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(String(host), nil, &hints, &list)
        guard code == 0 else {
            (endpoints, failure) = ([], "the name '\(host)' does not resolve: \(String(cString: gai_strerror(code)))")
            return
        }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var next = list
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let named = getnameinfo(
                entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            if named == 0 {
                let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                found.append("tcp://\(address.contains(":") ? "[\(address)]" : address):\(port)")
            }
            next = entry.ai_next
        }
        (endpoints, failure) = (found, nil)
    }
}
