import DemonstrationServices
import GatewayWorker
import HTTPTypes
import ProcessSupport
import SwiftZMQ
import Testing

/// The handler around a site.
@Suite struct SiteServiceTests {
    private func ask(
        _ target: String, _ method: HTTPRequest.Method = .get, _ fields: HTTPFields = [:],
        _ options: DemonstrationService.Options = .init()
    ) async throws -> WorkerResponse {
        let service = try #require(try DemonstrationService.make("site", options))
        return try await service.handler(WorkerRequest(method, target, headerFields: fields))
    }

    @Test(arguments: [
        ("/", "text/html; charset=utf-8", "<title>webgateway</title>"),
        ("/style.css", "text/css; charset=utf-8", "color-scheme"),
        ("/start.js", "text/javascript; charset=utf-8", "EventSource"), ("/icon.svg", "image/svg+xml", "<svg"),
    ])
    func `The bundled pages load nothing of anybody else`(target: String, type: String, text: String) async throws {
        let response = try await ask(target)
        #expect(response.status == .ok)
        #expect(response.headerFields[.contentType] == type)
        #expect(response.headerFields[.contentSecurityPolicy] == "default-src 'self'")
        let body = String(try #require(response.body.bytes))
        #expect(body.contains(text))
        #expect(response.headerFields[.contentLength] == "\(body.utf8.count)")
        // What the policy would keep a browser from.
        for forbidden in ["style=\"", "onclick", "<script>", "<style>", "src=\"http", "url(", "@import"] {
            #expect(!body.contains(forbidden))
        }
        #expect(try await ask("/index.html").status == .ok)
        #expect(try await ask("/cart.html").status == .notFound)
    }

    @Test func `The start page says without script what the script would add, and its forms are sent without it`()
        async throws
    {
        let page = String(try #require(try await ask("/").body.bytes))
        #expect(page.contains("<noscript><p>The chart needs the script"))
        #expect(page.contains("A dashboard, health, metrics and workers"))
        let forms = page.split(separator: "<form ").dropFirst()
        #expect(forms.count == 5)
        for form in forms {
            #expect(form.hasPrefix("action=\"/"), "\(form.prefix(40))")
            let end = try #require(form.firstRange(of: "</form>"))
            #expect(form[..<end.lowerBound].contains("<button>"), "\(form.prefix(40))")
        }
    }

    @Test func `An error is a problem document, with the fields that belong to it`() async throws {
        let missing = try await ask("/nothing")
        #expect(missing.status == .notFound)
        #expect(missing.headerFields[.contentType] == "application/problem+json")
        #expect(String(try #require(missing.body.bytes)).contains("\"code\":\"not-found\""))
        #expect(try await ask("/", .post).headerFields[.allow] == "GET, HEAD")
        let range = try await ask("/icon.svg", .get, [.range: "bytes=99999-"])
        #expect(range.status == .rangeNotSatisfiable)
        #expect(range.headerFields[.contentRange]?.hasPrefix("bytes */") == true)
        #expect(range.headerFields[.contentType] == "application/problem+json")
    }

    @Test func `A long file is streamed, and of a HEAD's nothing is read`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "0123456789", count: 20_000), to: "long.txt")
        try folder.write("short", to: "short.txt")
        var options = DemonstrationService.Options()
        options.site = folder.path
        let long = try await ask("/long.txt", .get, [:], options)
        #expect(long.body.bytes == nil)
        #expect(long.headerFields[.contentLength] == "200000")
        #expect(try await ask("/short.txt", .get, [:], options).body.bytes == "short")
        let head = try await ask("/short.txt", .head, [:], options)
        #expect(head.body.bytes == nil)
        #expect(head.headerFields[.contentLength] == "5")
        // A policy is for one's own pages.
        #expect(long.headerFields[.contentSecurityPolicy] == nil)
        #expect(try await ask("/", .get, [:], options).status == .notFound)
        options.listsFolders = true
        #expect(String(try #require(try await ask("/", .get, [:], options).body.bytes)).contains("./long.txt"))
    }

    @Test func `An answer without content has none and says no length`() async throws {
        let tag = try #require(try await ask("/").headerFields[.eTag])
        let response = try await ask("/", .get, [.ifNoneMatch: tag])
        #expect(response.status == .notModified)
        #expect(response.body.bytes?.isEmpty == true)
        #expect(response.headerFields[.contentLength] == nil)
    }
}
