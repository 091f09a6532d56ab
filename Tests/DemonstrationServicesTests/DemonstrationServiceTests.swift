import DemonstrationServices
import GatewayWorker
import HTTPTypes
import SwiftZMQ
import Testing

@Suite struct DemonstrationServiceTests {
    private func answer(
        _ name: String, _ method: HTTPRequest.Method, _ target: String, contentType: String? = nil, body: Frame = ""
    ) async throws -> (status: Int, fields: HTTPFields, body: Frame) {
        let service = try #require(try DemonstrationService.make(name))
        var fields: HTTPFields = [:]
        fields[.contentType] = contentType
        let response = try await service.handler(WorkerRequest(method, target, headerFields: fields, body: body))
        return (response.status.code, response.headerFields, try #require(response.body.bytes))
    }

    @Test func `Services are found by their names alone`() throws {
        #expect(DemonstrationService.names == ["hello", "echo", "cart", "site"])
        for name in DemonstrationService.names { #expect(try DemonstrationService.make(name)?.name == name) }
        #expect(try DemonstrationService.make("Hello") == nil)
        #expect(try DemonstrationService.make("") == nil)
        #expect(try DemonstrationService.all().map(\.registeredName) == ["hello", "echo", "cart", "default"])
        var options = DemonstrationService.Options()
        options.servesSite = false
        #expect(try DemonstrationService.all(options).map(\.name) == ["hello", "echo", "cart"])
    }

    @Test func `What cannot be used is said before anything is served`() throws {
        var options = DemonstrationService.Options()
        options.site = "/nowhere/at/all"
        let site = #expect(throws: DemonstrationService.OptionMistake.self) { try DemonstrationService.all(options) }
        #expect(site?.description.contains("--site '/nowhere/at/all'") == true)
        options.site = "/etc/passwd"
        #expect(throws: DemonstrationService.OptionMistake.self) { try DemonstrationService.make("site", options) }
        #expect(try DemonstrationService.make("hello", options) != nil)
        options.cartDatabase = "/nowhere/at/all"
        let cart = #expect(throws: DemonstrationService.OptionMistake.self) {
            try DemonstrationService.make("cart", options)
        }
        #expect(cart?.description.contains("--cart-database '/nowhere/at/all'") == true)
    }

    @Test(arguments: [
        ("/hello?name=Ada", "Ada"),
        ("/hello", "world"),
        ("/hello?", "world"),
        ("/hello?name=", "world"),
        ("/hello?name", "world"),
        ("/hello?surname=Lovelace", "world"),
        ("/hello?x=1&name=Ada&name=Bob", "Ada"),
        ("/hello?name=Ada+Lovelace", "Ada Lovelace"),
        ("/hello?name=Ada%20Lovelace", "Ada Lovelace"),
        ("/hello?n%61me=1%2B1", "1+1"),
        ("/hello?name=%E4%BD%A0%e5%a5%bd", "你好"),
        ("/hello?name=100%", "100%"),
        ("/hello?name=%4", "%4"),
        ("/hello?name=%zz", "%zz"),
        ("/hello?name=%FF", "\u{FFFD}"),
        ("/hello?name=a=b", "a=b"),
        ("/hello?name=%0D%0A%1B[31m%00%7F", #"\u{D}\u{A}\u{1B}[31m\u{0}\u{7F}"#),
        ("/hello?name=%E2%80%AEadA", #"\u{202E}adA"#),
        ("/hello?name=%5Cu", #"\\u"#),
        ("/hello?name=%3Cb%3E%26", "&lt;b&gt;&amp;"),
    ])
    func `Hello greets by the name in the query`(target: String, name: String) async throws {
        let answer = try await answer("hello", .get, target)
        #expect(answer.status == 200)
        #expect(answer.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(answer.fields[.xContentTypeOptions] == "nosniff")
        #expect(String(answer.body) == "Hello, \(name)!\n")
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .delete, .options])
    func `Hello allows GET and HEAD alone`(method: HTTPRequest.Method) async throws {
        let problem = await #expect(throws: WorkerProblem.self) { _ = try await answer("hello", method, "/hello") }
        #expect(problem?.status == .methodNotAllowed)
        #expect(problem?.headerFields[.allow] == "GET, HEAD")
        #expect(try await answer("hello", .head, "/hello").status == 200)
    }

    @Test func `Echo sends body and content type back`() async throws {
        let body = Frame((0...255).map { UInt8($0) })
        let answer = try await answer("echo", .post, "/echo", contentType: "image/png", body: body)
        #expect(answer.status == 200)
        #expect(answer.fields[.contentType] == "image/png")
        #expect(answer.body == body)
        #expect(answer.fields[.contentSecurityPolicy]?.contains("sandbox") == true)
    }

    @Test func `Echo takes a body without a type for bytes`() async throws {
        for (method, body) in [(HTTPRequest.Method.post, "" as Frame), (.get, "x")] {
            let answer = try await answer("echo", method, "/echo/a?b=c", body: body)
            #expect(answer.fields[.contentType] == "application/octet-stream")
            #expect(answer.body == body)
        }
    }

    @Test(arguments: [HTTPRequest.Method.get, .head])
    func `Echo shows a request without a body as it came`(method: HTTPRequest.Method) async throws {
        let answer = try await answer("echo", method, "/echo/a%20b?c=%3Cd%3E", contentType: "text/x")
        #expect(answer.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(String(answer.body) == "\(method.rawValue) /echo/a%20b?c=%3Cd%3E\ncontent-type: text/x\n")
        #expect(answer.fields[.contentSecurityPolicy]?.contains("sandbox") == true)
        #expect(answer.fields[.xContentTypeOptions] == "nosniff")
    }
}
