import Foundation
import ProcessSupport
import Testing

@testable import Gateway

/// What a configuration file says, and what is said about its mistakes.
@Suite struct ConfigurationFileTests {
    static func problems(_ text: String) -> [String] {
        ConfigurationFile(name: "g.yaml", text: text).problems.map(\.description)
    }

    @Test func `Routes are read with everything they may say`() {
        let file = ConfigurationFile(
            name: "g.yaml",
            text: """
                # every key
                routes:
                  - path: /api/
                    host: API.example.com
                    methods: [GET, POST]
                    service: orders
                    timeout: 5s
                    max-body: 10MiB
                    retries: 0
                  - {path: /, service: default, methods: GET}
                """)
        #expect(file.problems == [])
        #expect(
            file.routes == [
                Route(
                    path: "/api/", host: "api.example.com", methods: ["GET", "POST"], service: "orders",
                    timeout: .seconds(5), maximumBodySize: 10 << 20, retries: 0),
                Route(path: "/", methods: ["GET"], service: "default"),
            ])
    }

    @Test(arguments: ["", "# nothing\n", "routes:\n", "routes: []\n", "---\n"])
    func `A file that sets nothing is a good one`(text: String) {
        #expect(Self.problems(text) == [])
    }

    @Test func `Every mistake is told with its line, in their order`() {
        let text = """
            request-timeout: 5
            request-timout: 5s
            frobnicate: 1
            retries:
            listen:
              - 127.0.0.1:1
              - nowhere
            queue-limit: [1, 2]
            routes:
              - path: api
                service: orders
              - service: a
                path: /x?y
                methods: [get, "G T", TRACE]
                host: a:80
                retires: 1
              - path: /only
              - justtext
            """
        let found = Self.problems(text)
        let expected: [(Int, String)] = [
            (1, "request-timeout '5': a time is"), (2, "unknown key 'request-timout'; did you mean request-timeout?"),
            (3, "unknown key 'frobnicate'; there are listen, workers"), (4, "retries has no value; write retries: 2"),
            (7, "listen 'nowhere': an address is written HOST:PORT"), (8, "queue-limit has one value"),
            (10, "path 'api': a path begins with a slash"), (13, "path '/x?y': a path has neither query nor fragment"),
            (14, "methods 'get': methods are told apart by case; write GET"),
            (14, "methods 'G T': a method is one word"),
            (14, "methods 'TRACE': the gateway answers this method itself"),
            (15, "host 'a:80': a host stands without its port"),
            (16, "unknown key 'retires' of a route; did you mean retries?"),
            (17, "the route has no service; add service: orders"), (18, "a route is made of the keys path, host"),
        ]
        #expect(found.count == expected.count, "\(found.joined(separator: "\n"))")
        for (found, expected) in zip(found, expected) {
            #expect(found.hasPrefix("g.yaml:\(expected.0): \(expected.1)"), "\(found)")
        }
    }

    @Test(arguments: [
        ("retries: 1\nqueue-limit: 5\nretries: 2\n", 3, "the key 'retries' stands in line 1 already"),
        ("routes:\n  - path: /a\n    service: a\n    path: /b\n", 4, "the key 'path' stands in line 2 already"),
        ("retries: 1\n  queue-limit: 5\n", 2, "the file is not YAML: "),
        ("routes: [\n", 2, "the file is not YAML: "),
        ("retries: \"1\n", 2, "the file is not YAML: "),
        ("- a\n- b\n", 1, "the file is not a mapping"),
        ("just text\n", 1, "the file is not a mapping"),
        ("routes: orders\n", 1, "routes is a list"),
        ("retries: 1\n---\nretries: 2\n", 2, "the file is not YAML: "),
        ("retries: 1\n\tqueue-limit: 2\n", 2, "the file is not YAML: "),
        ("[a, b]: 1\n", 1, "a key is a word"),
        ("? {a: b}\n: 1\n", 1, "a key is a word"),
    ])
    func `What is no configuration at all is told with its line`(text: String, line: Int, says: String) {
        let problems = Self.problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("g.yaml:\(line): \(says)") == true, "\(problems)")
        #expect(problems.first?.contains { $0.isNewline } == false)
    }

    @Test func `A file that cannot be read is named with the reason`() throws {
        #expect(throws: ConfigurationProblem("/nowhere/at/all: cannot be read: No such file or directory")) {
            try ConfigurationFile(path: "/nowhere/at/all")
        }
        #expect(throws: ConfigurationProblem("/: cannot be read: Is a directory")) { try ConfigurationFile(path: "/") }
        let path = FileManager.default.temporaryDirectory.appending(path: "latin-\(UUID().uuidString).yaml").path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try #require(FileManager.default.createFile(atPath: path, contents: Data([0xE9, 0x0A])))
        #expect(throws: ConfigurationProblem("\(path): is not UTF-8; save it as UTF-8")) {
            try ConfigurationFile(path: path)
        }
    }

    @Test func `No bytes make the reader fail otherwise than with a problem`() {
        var random = SplitMix(seed: 7)
        let alphabet = Array("routes:\n -[]{}\"'#&*!|>%@`\t,?path/service é\u{0}1s".unicodeScalars)
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<60, using: &random) {
                text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
            }
            for problem in Self.problems(text) { #expect(problem.hasPrefix("g.yaml:"), "\(problem)") }
        }
    }
}
