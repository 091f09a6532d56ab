import Foundation
import HTTPTypes
import ProcessSupport
import Testing

@testable import StaticSite

/// Ways out of the folder, none of which leads to the secret beside it.
@Suite(.timeLimit(.minutes(5))) struct EscapeTests {
    /// Spellings of a path to the secret, or to what is hidden.
    static let spellings: [String] = {
        let ups = [
            "..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "%252e%252e", "%25%32%65%25%32%65", "..%00", "%00..", "..;",
            "..;x=1",
            "...", "....", ".. ", "..%20", "..%09", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "%f0%80%80%ae%f0%80%80%ae",
            "%uff0e%uff0e", "%EF%BC%8E%EF%BC%8E", "..%0d%0a", "%2e%2e%2e", ".%252e", "%c0%2e%c0%2e", "..%ff",
        ]
        let slashes = ["/", "%2f", "%2F", "%5c", "\\", "%252f", "%255c", "%c0%af", "//", "/./", "%00/", "%e2%88%95"]
        var spellings: [String] = []
        for up in ups {
            spellings.append("/\(up)/secret.txt")
            spellings.append("/docs/\(up)/\(up)/secret.txt")
        }
        for slash in slashes {
            spellings.append("/..\(slash)secret.txt")
            spellings.append("/docs\(slash)..\(slash)..\(slash)secret.txt")
        }
        return spellings + [
            "/../secret.txt", "//../secret.txt", "/./../secret.txt", "/docs/../../secret.txt",
            "/../site-beside/secret.txt",
            "/-beside/secret.txt", "/%2e%2e%2fsite-beside%2fsecret.txt", "/secret.txt", "//secret.txt",
            "/docs/deep.txt/../../../secret.txt", "/digits.txt/../../secret.txt", "/nothing/../../secret.txt",
            "/.env", "/%2eenv", "/.env/", "/./.env", "/docs/../.env", "/.git/config", "/.git", "/.git/",
            "/%2e%67it/config",
            "/.GIT/config", "/docs/.hidden", "/docs/%2ehidden", "/docs//.hidden", "/digits.txt%00", "/.env%00.txt",
            "/digits.txt%00/../../secret.txt", "/" + String(repeating: "../", count: 600) + "secret.txt",
            "/" + String(repeating: "docs/../", count: 500) + "../secret.txt", "/" + String(repeating: "a", count: 256),
            "/" + String(repeating: "a/", count: 3000), "/file:///etc/passwd", "/~/secret.txt", "/~root",
            "/C:/secret.txt",
            "/C:%5csecret.txt", "/%5c%5clocalhost%5csecret.txt", "/proc/self/root/etc/passwd", "/dev/stdin", "/..",
            "/%2e%2e", "/%2e%2e/", "/.", "/%2e", "/docs/..", "/docs/.", "/docs/%2e%2e/",
        ]
    }()

    @Test func `There are more than seventy spellings`() {
        #expect(Set(Self.spellings).count >= 70)
    }

    @Test(arguments: spellings)
    func `No spelling of a path gets what is outside or hidden`(spelling: String) throws {
        let fixture = try SiteFixture(listsFolders: true)
        for target in [spelling, spelling + "?x=/../", spelling + "/"] {
            let answer = try fixture.ask(target)
            #expect([400, 404].contains(answer.status.code), "\(target) is answered with \(answer.status)")
            #expect(try !answer.text.contains(SiteFixture.secret))
            #expect(answer.fields[.location] == nil)
        }
    }

    @Test func `The absolute path of the secret is a path below the folder`() throws {
        let fixture = try SiteFixture()
        for prefix in ["", "/", "/%2f", "/docs/%2f", "/file://"] {
            let answer = try fixture.ask(prefix + fixture.folder.path + "/secret.txt")
            #expect([400, 404].contains(answer.status.code))
        }
    }

    @Test(arguments: [
        "", "secret.txt", "http://localhost/digits.txt", "*", "\\digits.txt", "/%", "/%4", "/%zz", "/a%2",
    ])
    func `A target that is no path is refused as such`(target: String) throws {
        #expect(try SiteFixture().ask(target).status == .badRequest)
    }

    @Test(arguments: [
        "../secret.txt", "../../secret.txt", "docs/../../secret.txt", "/etc/passwd", "ABSOLUTE/secret.txt",
        "ABSOLUTE/site/digits.txt", "../site-beside/secret.txt", "../site/digits.txt", ".env", ".git/config",
        "docs/.hidden",
        "./docs/../.env", "loop", "nothing", "docs/../../site/digits.txt",
    ])
    func `A link that leads out, to what is hidden or nowhere is not followed`(target: String) throws {
        let fixture = try SiteFixture(listsFolders: true)
        let path = fixture.folder.path.hasSuffix("/") ? String(fixture.folder.path.dropLast()) : fixture.folder.path
        try fixture.link("loop", to: target.replacing("ABSOLUTE", with: path))
        #expect(try fixture.ask("/loop").status == .notFound)
        #expect(try !fixture.ask("/docs/").text.contains("loop"))
    }

    @Test func `A link to a folder outside does not open what is in it`() throws {
        let fixture = try SiteFixture(listsFolders: true)
        try fixture.link("out", to: "../site-beside")
        try fixture.link("root", to: "/")
        try fixture.link("up", to: "..")
        for target in [
            "/out/", "/out", "/out/secret.txt", "/root/etc/passwd", "/root/", "/up/secret.txt", "/up/", "/up/site/",
        ] {
            #expect(try fixture.ask(target).status == .notFound, "\(target)")
        }
    }

    @Test func `A link that stays inside is followed`() throws {
        let fixture = try SiteFixture()
        try fixture.link("file", to: "digits.txt")
        try fixture.link("folder", to: "./docs/")
        try fixture.link("docs/up", to: "../digits.txt")
        try fixture.link("docs/around", to: "../docs/../file")
        try fixture.link("chain", to: "folder/around")
        for target in ["/file", "/docs/up", "/docs/around", "/folder/up", "/chain"] {
            #expect(try fixture.ask(target).text == "0123456789", "\(target)")
        }
        #expect(try fixture.ask("/folder/deep.txt").text == "deep")
        #expect(try fixture.ask("/folder").fields[.location] == "/folder/")
    }

    @Test func `Links that lead in a circle or through too many others end`() throws {
        let fixture = try SiteFixture()
        try fixture.link("a", to: "b")
        try fixture.link("b", to: "a")
        try fixture.link("self", to: "self/self/self")
        try fixture.link("l0", to: "digits.txt")
        for number in 1...60 { try fixture.link("l\(number)", to: "l\(number - 1)") }
        #expect(try fixture.ask("/a").status == .notFound)
        #expect(try fixture.ask("/self").status == .notFound)
        #expect(try fixture.ask("/l60").status == .notFound)
        #expect(try fixture.ask("/l30").status == .ok)
    }

    @Test func `A pipe, a socket and a device are no files`() throws {
        let fixture = try SiteFixture(listsFolders: true)
        #expect(mkfifo("\(fixture.folder.path)/site/pipe", 0o600) == 0)
        #expect(try fixture.ask("/pipe").status == .notFound)
        #expect(try fixture.ask("/pipe/").status == .notFound)
    }

    @Test func `A link and a folder that are exchanged during requests give nobody the secret`() throws {
        let fixture = try SiteFixture()
        let root = fixture.folder.path + "/site"
        try FileManager.default.createDirectory(atPath: "\(root)/real", withIntermediateDirectories: false)
        try fixture.write("inside", to: "real/secret.txt")
        // One name is by turns a folder inside, a link outside, a link inside; another by turns file and link.
        let stop = Watched(false)
        let thread = Thread {
            var turn = 0
            while !stop.value {
                let next = "\(root)/next"
                let target = ["../site-beside", "real", "..", "/etc"][turn % 4]
                unlink(next)
                _ = symlink(target, next)
                rename(next, "\(root)/swap")
                unlink(next)
                _ = symlink(turn % 2 == 0 ? "../secret.txt" : "digits.txt", next)
                rename(next, "\(root)/file")
                turn += 1
            }
            stop.change { $0 = false }
        }
        thread.start()
        var found = 0
        for _ in 0..<4000 {
            for target in ["/swap/secret.txt", "/file", "/swap/", "/swap/passwd"] {
                let answer = try fixture.ask(target)
                let text = try answer.text
                #expect(!text.contains(SiteFixture.secret) && !text.contains("root:"))
                if answer.status == .ok { found += 1 }
            }
        }
        stop.change { $0 = true }
        while stop.value { sched_yield() }
        #expect(found > 0)
    }

    @Test func `A folder that is moved out during requests leads nowhere else`() throws {
        let fixture = try SiteFixture()
        let root = fixture.folder.path
        try FileManager.default.createDirectory(atPath: "\(root)/site/deep/er", withIntermediateDirectories: true)
        try fixture.link("deep/er/up", to: "../../digits.txt")
        try FileManager.default.createDirectory(atPath: "\(root)/away", withIntermediateDirectories: false)
        // Where `er` is moved to, two steps up lead to a file of the same name that is the secret.
        try fixture.folder.write(SiteFixture.secret, to: "digits.txt")
        let stop = Watched(false)
        let thread = Thread {
            while !stop.value {
                rename("\(root)/site/deep/er", "\(root)/away/er")
                rename("\(root)/away/er", "\(root)/site/deep/er")
            }
            stop.change { $0 = false }
        }
        thread.start()
        for _ in 0..<8000 {
            let answer = try fixture.ask("/deep/er/up")
            #expect(try answer.status == .notFound || answer.text == "0123456789")
        }
        stop.change { $0 = true }
        while stop.value { sched_yield() }
    }
}
