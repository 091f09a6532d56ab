import Foundation
import Gateway
import Logging
import ProcessSupport
import Testing
import TextFormats

@testable import webgateway

@Suite("The log", .timeLimit(.minutes(5)))
struct LogTests {
    private func line(_ format: LogFormat, message: String = "request", _ fields: [(String, String)]) -> String {
        var time = UTCTime()
        time.set(seconds: 1_769_850_307, milliseconds: 250)
        var line = LogLine(in: [], format: format, time: time, level: .info, label: "gateway", message: message)
        for (name, value) in fields { line.add(name, value) }
        return String(decoding: line.end(), as: UTF8.self)
    }

    @Test("has lines of text with a time, a level, a message and fields")
    func text() {
        #expect(
            line(.text, [("method", "GET"), ("target", "/a b"), ("empty", "")])
                == "2026-01-31T09:05:07.250Z info gateway: request method=GET target=\"/a b\" empty=\"\"\n")
    }

    @Test(
        "keeps what comes from outside within its field",
        arguments: ["a\nb", "\"", "\\", "\u{1B}[2J", "x=\"1\" y=2", "é"])
    func escaping(value: String) throws {
        let text = line(.text, [("target", value)])
        #expect(text.split(separator: "\n").count == 1)
        #expect(!text.contains("\u{1B}"))
        let object = try JSONSerialization.jsonObject(with: Data(line(.json, message: value, [("target", value)]).utf8))
        let fields = try #require(object as? [String: String])
        #expect(fields["target"] == value)
        #expect(fields["message"] == value)
        #expect(fields["time"] == "2026-01-31T09:05:07.250Z")
    }

    @Test("names the method, the target, the service, the status and the sizes of every request")
    func accessLog() async throws {
        let programs = Programs()
        let gateway = try await programs.gateway("--log-format", "json", "--demo-workers", "0")
        _ = try programs.demonstrationWorker("echo", of: gateway)
        try await gateway.program.errors.wait(for: "\"message\":\"worker registered\"")
        #expect(try await gateway.ask("POST", "/echo?q=1", body: Array("four".utf8)).status == 200)
        #expect(try await gateway.ask("GET", "/nobody").status == 404)
        let served = try await gateway.program.errors.wait(for: "\"message\":\"request\"", "\"service\":\"echo\"")
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(served.utf8)) as? [String: Any])
        #expect(fields["method"] as? String == "POST")
        #expect(fields["target"] as? String == "/echo?q=1")
        #expect(fields["status"] as? Int == 200)
        #expect(fields["bytes_in"] as? Int == 4)
        #expect(fields["bytes_out"] as? Int == 4)
        #expect((fields["request_id"] as? String)?.isEmpty == false)
        try await gateway.program.errors.wait(for: "\"target\":\"/nobody\"", "\"code\":\"unknown-service\"")
    }
}
