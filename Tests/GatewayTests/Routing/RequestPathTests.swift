import Testing

@testable import Gateway

@Suite struct `A path as routing sees it` {
    @Test(arguments: [
        ("/api/../admin", "/admin"), ("/api/%2e%2e/admin", "/admin"), ("/api/%2E./admin", "/admin"),
        ("/api%2f..%2Fadmin", "/admin"), ("/api/%252e%252e/admin", "/api/%2e%2e/admin"), ("/../../x", "/x"),
        ("/a/./b", "/a/b"), ("/a/b/.", "/a/b/"), ("/a/b/..", "/a/"), ("/..", "/"), ("/", "/"), ("", "/"),
        ("/a//../b", "/a/b"), ("//a", "//a"), ("/...", "/..."), ("/.a/..b", "/.a/..b"), ("/a%20b", "/a b"),
        ("/a/b/c/./../../g", "/a/g"), ("/a%", "/a%"), ("/a\\..\\b", "/a\\..\\b"),
    ])
    func `is decoded once and has no dot segments`(_ path: String, _ normalized: String) {
        #expect(RequestPath(path).description == normalized)
    }

    @Test(arguments: [
        ("/greet/x", "greet"), ("/greet", "greet"), ("/", ""), ("//greet", ""), ("/gr%65et", "greet"),
        ("/x/../greet/", "greet"), ("/gr%2feet", "gr"),
    ])
    func `names a service by its first segment`(_ path: String, _ name: String) {
        #expect(RequestPath(path).firstSegment == name)
    }

    @Test func `that is not UTF-8 names no service`() {
        #expect(RequestPath("/%ff").firstSegment == nil)
    }
}
