import Glibc
import HTTPTypes
import ProcessSupport
import Testing

@testable import StaticSite

/// What a site answers.
@Suite struct SiteTests {
    @Test func `A file comes with its type, validators and length`() throws {
        let answer = try SiteFixture().ask("/digits.txt?any=query")
        #expect(answer.status == .ok)
        #expect(try answer.text == "0123456789")
        #expect(answer.body.count == 10)
        #expect(answer.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(answer.fields[.lastModified] == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(answer.fields[.eTag]?.hasPrefix("\"") == true)
        #expect(answer.fields[.acceptRanges] == "bytes")
        #expect(answer.fields[.xContentTypeOptions] == "nosniff")
        #expect(answer.fields[.vary] == nil)
    }

    @Test func `HEAD has the fields of GET`() throws {
        let fixture = try SiteFixture()
        let (get, head) = (try fixture.ask("/digits.txt"), try fixture.ask("/digits.txt", .head))
        #expect(head.status == get.status)
        #expect(head.fields == get.fields)
        #expect(head.body.count == get.body.count)
    }

    @Test(arguments: [
        ("a.html", "text/html; charset=utf-8"), ("a.HTML", "text/html; charset=utf-8"),
        ("a.tar.gz", "application/gzip"),
        ("a.js", "text/javascript; charset=utf-8"), ("a.json", "application/json"), ("a.svg", "image/svg+xml"),
        ("a", "application/octet-stream"), ("a.", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
        ("html", "application/octet-stream"), ("a.png", "image/png"), ("a.woff2", "font/woff2"),
        ("a.css", "text/css; charset=utf-8"), ("a.wasm", "application/wasm"),
    ])
    func `The extension says the type`(name: String, type: String) throws {
        let fixture = try SiteFixture()
        try fixture.write("x", to: name)
        #expect(try fixture.ask("/\(name)").fields[.contentType] == type)
    }

    @Test(arguments: [("/", "<p>start"), ("/index.html", "<p>start"), ("/docs/", "<p>docs"), ("/%64ocs/", "<p>docs")])
    func `A folder is answered with its index`(target: String, text: String) throws {
        let answer = try SiteFixture().ask(target)
        #expect(try answer.text == text)
        #expect(answer.fields[.contentType] == "text/html; charset=utf-8")
    }

    @Test(arguments: [
        ("/docs", "/docs/"), ("/docs?a=b&c=/d", "/docs/?a=b&c=/d"), ("/docs?", "/docs/?"), ("/%64ocs", "/docs/"),
        ("/docs?//evil.example/", "/docs/?//evil.example/"), ("/docs?\"<>", "/docs/?%22%3C%3E"),
        ("/a%20b", "/a%20b/"), ("/evil.example", "/evil.example/"), ("/docs?é", "/docs/?%C3%A9"),
    ])
    func `A folder without its slash is redirected to it`(target: String, location: String) throws {
        let fixture = try SiteFixture()
        try FolderMaker.make("a b", in: fixture)
        try FolderMaker.make("evil.example", in: fixture)
        for method in [HTTPRequest.Method.get, .head] {
            let answer = try fixture.ask(target, method)
            #expect(answer.status == .movedPermanently)
            #expect(answer.fields[.location] == location)
        }
    }

    @Test(arguments: [
        "//evil.example", "//evil.example/", "//docs", "/\\evil.example", "/%2fevil.example", "/%5cevil.example", "//",
        "/%2f%2fevil.example/%2e%2e", "//docs/..", "/docs//", "///docs", "/%0d%0aset-cookie:x", "/docs%0d%0a",
    ])
    func `No redirection leads to another host`(target: String) throws {
        let fixture = try SiteFixture()
        try FolderMaker.make("evil.example", in: fixture)
        let answer = try fixture.ask(target)
        #expect(answer.fields[.location] == nil)
        #expect(answer.status == .notFound)
    }

    @Test(arguments: ["/nothing", "/digits.txt/", "/docs/nothing", "/digits.txt/x", "/index.html/"])
    func `What is not there is not found`(target: String) throws {
        #expect(try SiteFixture().ask(target).status == .notFound)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"])
    func `Other methods than GET and HEAD are refused`(method: String) throws {
        let answer = try SiteFixture().ask("/digits.txt", try #require(HTTPRequest.Method(rawValue: method)))
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.fields[.allow] == "GET, HEAD")
    }

    @Test(arguments: [
        (nil, false), ("gzip", true), ("GZIP", true), ("x-gzip", true), ("deflate, gzip, br", true), ("*", true),
        ("gzip;q=0", false), ("gzip;q=0.000", false), ("gzip;q=0.5", true), ("gzip; q=0.5", true), ("identity", false),
        ("gzip;q=0.5, identity", false), ("gzip, identity", true), ("*;q=0", false), ("gzip;q=0, *", false),
        ("br", false), ("", false), ("gzip;q=2", false), ("gzip;q=x", false), ("gzip;q=1.000", true),
        ("identity;q=0.5, *;q=0.7", true),
    ])
    func `The compressed form is for those who accept it`(accepted: String?, isCompressed: Bool) throws {
        let fixture = try SiteFixture()
        try fixture.write("compressed", to: "digits.txt.gz")
        var fields = HTTPFields()
        fields[.acceptEncoding] = accepted
        let answer = try fixture.ask("/digits.txt", .get, fields)
        #expect(try answer.text == (isCompressed ? "compressed" : "0123456789"))
        #expect(answer.fields[.contentEncoding] == (isCompressed ? "gzip" : nil))
        #expect(answer.fields[.vary] == "accept-encoding")
        #expect(answer.fields[.contentType] == "text/plain; charset=utf-8")
    }

    @Test func `Both forms have tags of their own, and ranges of their own bytes`() throws {
        let fixture = try SiteFixture()
        try fixture.write("compressed", to: "digits.txt.gz")
        let plain = try fixture.tag(of: "/digits.txt")
        let packed = try fixture.ask("/digits.txt", .get, [.acceptEncoding: "gzip"])
        #expect(packed.fields[.eTag] != plain)
        let fields: HTTPFields = [.acceptEncoding: "gzip", .ifNoneMatch: packed.fields[.eTag] ?? ""]
        let again = try fixture.ask("/digits.txt", .get, fields)
        #expect(again.status == .notModified)
        #expect(again.fields[.vary] == "accept-encoding")
        #expect(try fixture.ask("/digits.txt", .get, [.ifNoneMatch: packed.fields[.eTag] ?? ""]).status == .ok)
        let part = try fixture.ask("/digits.txt", .get, [.acceptEncoding: "gzip", .range: "bytes=0-3"])
        #expect(try part.text == "comp")
        #expect(part.fields[.contentEncoding] == "gzip")
    }

    @Test func `A compressed form that is older shows nothing of what once was`() throws {
        let fixture = try SiteFixture()
        try fixture.write("old", to: "digits.txt.gz", changed: SiteFixture.changed - 1)
        let answer = try fixture.ask("/digits.txt", .get, [.acceptEncoding: "gzip"])
        #expect(try answer.text == "0123456789")
        #expect(answer.fields[.vary] == nil)
    }

    @Test func `A compressed form that is a link outside is none`() throws {
        let fixture = try SiteFixture()
        try fixture.link("digits.txt.gz", to: "../secret.txt")
        #expect(try fixture.ask("/digits.txt", .get, [.acceptEncoding: "gzip"]).text == "0123456789")
    }

    @Test func `A folder without index is listed where that is wanted`() throws {
        let fixture = try SiteFixture(listsFolders: true)
        try FolderMaker.make("list", in: fixture)
        for name in ["b&<i>.txt", "a:b.txt", ".hidden", "é.txt", "quote\"'.txt"] {
            try fixture.write("x", to: "list/\(name)")
        }
        try FolderMaker.make("list/inner", in: fixture)
        try fixture.link("list/inside", to: "../digits.txt")
        try fixture.link("list/outside", to: "../../secret.txt")
        let answer = try fixture.ask("/list/")
        let page = try answer.text
        #expect(answer.status == .ok)
        #expect(answer.fields[.contentType] == "text/html; charset=utf-8")
        for link in [
            "<a href=\"../\">..</a>", "<a href=\"./a%3Ab.txt\">a:b.txt</a>",
            "<a href=\"./b%26%3Ci%3E.txt\">b&amp;&lt;i&gt;.txt</a>", "<a href=\"./inner/\">inner/</a>",
            "<a href=\"./inside\">inside</a>", "<a href=\"./%C3%A9.txt\">é.txt</a>", "quote&quot;&#39;.txt</a>",
        ] { #expect(page.contains(link)) }
        #expect(!page.contains("hidden"))
        #expect(!page.contains("outside"))
        #expect(try SiteFixture().ask("/list/").status == .notFound)
        #expect(try fixture.ask("/").text == "<p>start")
    }

    @Test func `A name that is no text is listed and served like others`() throws {
        let fixture = try SiteFixture(listsFolders: true)
        try FolderMaker.make("list", in: fixture)
        for name in [[0xFF], Array("100%".utf8), Array("%41;x=1&y+z.txt".utf8), Array("ends.".utf8)] as [[UInt8]] {
            let path = Array("\(fixture.folder.path)/site/list/".utf8) + name + [0]
            let file = try #require(fopen(path.map { CChar(bitPattern: $0) }, "w"))
            fclose(file)
        }
        let page = try fixture.ask("/list/").text
        for link in ["%FF", "100%25", "%2541%3Bx%3D1%26y%2Bz.txt", "ends."] {
            #expect(page.contains("<a href=\"./\(link)\">"), "\(link)")
            #expect(try fixture.ask("/list/\(link)").status == .ok, "\(link)")
            #expect(try fixture.ask("/list/\(link)/").status == .notFound, "\(link)/")
        }
        #expect(try fixture.ask("/list/%41;x=1&y+z.txt").status == .notFound)
        #expect(try fixture.ask("/list/ends").status == .notFound)
    }

    @Test func `A list that is cut says so`() throws {
        let fixture = try SiteFixture()
        try fixture.write("last", to: "docs/z.txt")
        let names = [Array("docs".utf8)]
        for (most, isWhole) in [(3, true), (2, false)] {
            let folder = SiteFolder(path: "\(fixture.folder.path)/site", longestList: most)
            let contents = try #require(try folder.list(names))
            #expect(contents.entries.count == most)
            #expect(contents.isWhole == isWhole)
            let page = try FolderList(path: SitePath(names: names, isFolder: true), contents: contents).answer.text
            #expect(page.contains("There is more than these 2 names.") == !isWhole)
        }
    }

    @Test func `A folder that is called like an index is none, and is listed`() throws {
        let fixture = try SiteFixture(listsFolders: true)
        try FolderMaker.make("list/index.html", in: fixture)
        #expect(try fixture.ask("/list/").text.contains("<a href=\"./index.html/\">index.html/</a>"))
        #expect(try SiteFixture().ask("/list/").status == .notFound)
    }

    @Test(arguments: [
        (EMFILE, true), (ENFILE, true), (ENOMEM, true), (EIO, true), (EAGAIN, true), (EINTR, true), (ESTALE, true),
        (ETIMEDOUT, true), (ENOTCONN, true), (ENOENT, false), (EACCES, false), (ENOTDIR, false), (ELOOP, false),
        (ENAMETOOLONG, false), (ENXIO, false),
    ])
    func `What keeps files from being opened at present is no reason to say that there are none`(
        number: Int32, isFailure: Bool
    ) {
        #expect((SiteFailure(number) != nil) == isFailure)
    }

    @Test func `A folder that is exchanged as a whole is noticed`() throws {
        let folder = try TemporaryFolder()
        let site = Site(folder: "\(folder.path)/current")
        let request = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/page.txt")
        #expect(try site.answer(request).status == .notFound)
        for version in ["one", "two"] {
            try FolderMaker.make(version, at: folder.path)
            try folder.write(version, to: "\(version)/page.txt")
            try FolderMaker.point("\(folder.path)/current", to: version)
            #expect(try site.answer(request).text == version)
        }
    }

    @Test func `A file that is cut while it is sent is an error, not a short file`() throws {
        let fixture = try SiteFixture()
        let answer = try fixture.ask("/digits.txt")
        try fixture.folder.write("012", to: "site/short.txt")
        try FolderMaker.truncate("\(fixture.folder.path)/site/digits.txt", to: 3)
        #expect(throws: SiteFile.Shortened.self) { try answer.bytes }
    }

    @Test func `Files of the program are served like others`() throws {
        let site = Site(
            embedded: ["index.html": Array("<p>start".utf8), "style.css": Array("p {}".utf8)],
            fields: [.contentSecurityPolicy: "default-src 'self'"])
        func ask(_ target: String, _ fields: HTTPFields = [:]) throws -> SiteAnswer {
            let head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: target, headerFields: fields)
            return try site.answer(head)
        }
        let start = try ask("/")
        #expect(try start.text == "<p>start")
        #expect(start.fields[.contentSecurityPolicy] == "default-src 'self'")
        #expect(start.fields[.lastModified] != nil)
        let tag = try #require(start.fields[.eTag])
        #expect(tag.hasPrefix("\""))
        #expect(try ask("/", [.ifNoneMatch: tag]).status == .notModified)
        #expect(try ask("/style.css", [.range: "bytes=0-0"]).text == "p")
        for target in ["/nothing", "/style.css/x", "/style.css/", "/../style.css"] {
            #expect(try ask(target).status == .notFound)
        }
    }
}
