import SystemSupport
import WorkerProtocol
import Yams

/// Reads one route of a configuration file, and notes every mistake in it.
struct RouteReader: EntryReader {
    static let entry = "a route"
    static let example = "path: /api/"
    static let keys = [
        "path", "host", "methods", "service", "timeout", "max-body", "retries", "subscribe", "history", "origins",
        "publish", "push", "format",
    ]
    /// The keys of which a route has exactly one, as each says where its requests go.
    static let destinations = ["service", "subscribe", "publish", "push"]
    /// The keys that go with some of those alone.
    private static let companions = [
        "timeout": ["service"], "retries": ["service"], "max-body": ["service", "publish", "push"],
        "history": ["subscribe"], "origins": ["service", "subscribe"], "format": ["publish", "push"],
    ]

    let file: String
    let line: Int
    var problems: [ConfigurationProblem] = []

    /// The route, unless something in it is wrong.
    mutating func read(_ node: Node) -> Route? {
        guard let mapping = mapping(node) else { return nil }
        var path: String?
        var service: String?
        var source = TopicSource(endpoints: [])
        var target = MessageTarget(.publish, endpoints: [])
        var route = Route(path: "/", service: "")
        for (key, value) in mapping {
            let name = key.string ?? ""
            switch name {
            case "path":
                path = one(name, key, value, example: "/api/") { (text) throws(SettingError) in
                    try Self.path(text)
                }
            case "service":
                service = one(name, key, value, example: "orders") { (text) throws(SettingError) in
                    try Self.service(text)
                }
            case "host":
                route.host = one(name, key, value, example: "api.example.com") { (text) throws(SettingError) in
                    try Self.host(text)
                }
            case "methods": route.methods = methods(key, value)
            case "timeout":
                route.timeout = one(name, key, value, example: "5s") { (text) throws(SettingError) in
                    try text.duration()
                }
            case "max-body":
                route.maximumBodySize = one(name, key, value, example: "10MiB") { (text) throws(SettingError) in
                    try text.size(atLeast: 0)
                }
            case "retries":
                route.retries = one(name, key, value, example: "0") { (text) throws(SettingError) in
                    try text.number(in: 0...1000)
                }
            case "subscribe": source.endpoints = endpoints(name, key, value, for: .connecting)
            case "history":
                source.history =
                    one(name, key, value, example: "256") { (text) throws(SettingError) in
                        try text.number(in: 0...1_000_000)
                    } ?? 0
            case "origins":
                source.origins = origins(key, value)
                route.origins = source.origins
            case "publish", "push":
                target.pattern = name == "push" ? .push : .publish
                target.endpoints = endpoints(name, key, value, for: .binding)
            case "format":
                target.format =
                    one(name, key, value, example: "single") { (text) throws(SettingError) in try text.choice() }
                    ?? .multipart
            default: noteUnknown(key, name)
            }
        }
        let given = mapping.compactMap { $0.key.string }
        if !given.contains("path") { missing("path", example: "/api/") }
        guard let destination = destination(among: given, mapping) else { return nil }
        switch destination {
        case "subscribe":
            route.destination = .topics(source)
            route.origins = nil
        case "publish", "push": route.destination = .messages(target)
        default: route.destination = .service(service ?? "")
        }
        checkMethods(of: route, destination, mapping)
        guard problems.isEmpty, let path else { return nil }
        route.path = RequestPath(path)
        return route
    }

    /// The one key that says where the requests go; what goes with another is a mistake.
    private mutating func destination(among given: [String], _ mapping: Node.Mapping) -> String? {
        let named = given.filter(Self.destinations.contains)
        guard let destination = named.first else {
            missing("service", example: "orders")
            return nil
        }
        guard named.count == 1 else {
            problems.append(
                .at(
                    line, of: file,
                    "the route has \(named.joined(separator: " and ")): its requests go to one of them; leave the other out"
                ))
            return nil
        }
        for (key, _) in mapping {
            guard let name = key.string, let possible = Self.companions[name], !possible.contains(destination) else {
                continue
            }
            note(
                key,
                "\(name) is for a route with \(possible.joined(separator: " or ")), and this one has \(destination); leave it out"
            )
        }
        return destination
    }

    /// The methods have to be such as the destination can do something with.
    private mutating func checkMethods(of route: Route, _ destination: String, _ mapping: Node.Mapping) {
        let possible: [String]
        switch route.destination {
        case .service: return
        case .topics: possible = ["GET", "HEAD"]
        case .messages: possible = ["POST", "PUT", "PATCH"]
        }
        for method in route.methods ?? [] where !possible.contains(method) {
            let key = mapping.first { $0.key.string == "methods" }?.key
            note(
                key ?? Node("methods"),
                "methods '\(ConfigurationProblem.printable(method))': a route with \(destination) takes \(possible.joined(separator: ", ")) "
                    + "alone; leave it out")
        }
    }

    private mutating func methods(_ key: Node, _ value: Node) -> [String]? {
        var given: [Node] = []
        switch value {
        case .scalar(let scalar) where !scalar.string.isEmpty: given = [value]
        case .sequence(let sequence) where !sequence.isEmpty: given = Array(sequence)
        default:
            note(
                key, "methods of a route is a list of at least one method; write methods: [GET, POST], or leave it out")
        }
        return given.compactMap { node in
            one("methods", key, node, example: "[GET, POST]") { (text) throws(SettingError) in try Self.method(text) }
        }
    }

    private static func path(_ value: SettingText) throws(SettingError) -> String {
        guard value.text.hasPrefix("/"), value.text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw value.error("a path begins with a slash and has no blanks, such as /api/")
        }
        guard !value.text.contains("?"), !value.text.contains("#") else {
            throw value.error("a path has neither query nor fragment; leave out what follows ? or #")
        }
        return value.text
    }

    private static func service(_ value: SettingText) throws(SettingError) -> String {
        do throws(WorkerProtocolError) {
            try ServiceName.check(value.text)
        } catch {
            throw value.error("no worker can have that name: \(error)")
        }
        return value.text
    }

    private static func host(_ value: SettingText) throws(SettingError) -> String {
        let bytes = Array(value.text.utf8)
        guard let host = RequestTarget.Authority(bytes.indices, in: bytes.span) else {
            throw value.error("a host is a name or an address, such as api.example.com or [::1]")
        }
        guard host.port == nil, host.host == bytes.indices else {
            throw value.error("a host stands without its port: the port of a request does not matter")
        }
        return value.text.lowercased()
    }

    private static func method(_ value: SettingText) throws(SettingError) -> String {
        guard value.text.utf8.allSatisfy(\.isTokenByte) else {
            throw value.error("a method is one word, such as GET")
        }
        guard value.text == value.text.uppercased() || !LocalAnswer.methods.contains(value.text.uppercased()) else {
            throw value.error("methods are told apart by case; write \(value.text.uppercased())")
        }
        guard !["CONNECT", "TRACE"].contains(value.text) else {
            throw value.error("the gateway answers this method itself, with 405; leave it out")
        }
        return value.text
    }

    private mutating func missing(_ name: String, example: String) {
        problems.append(.at(line, of: file, "the route has no \(name); add \(name): \(example)"))
    }
}
