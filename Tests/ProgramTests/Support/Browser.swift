import ProcessSupport
import Testing

/// A headless Chromium with pages that a test gives names: `Tests/Interop/browser.py`.
struct Browser: Sendable {
    let program: RunningProgram
    private let told = Watched(0)

    /// Whether there is one on this machine; `Scripts/need chromium` installs it.
    static let isInstalled = Task {
        guard let search = try? await RunningProgram.python([script, "--find"]) else { return false }
        return (try? await search.ending()) == .exited(0)
    }

    private static let script = PackageFolder.path("Tests/Interop/browser.py")

    /// Starts one, which ends with the test.
    ///
    /// - Parameter options: those of Chromium itself.
    init(_ programs: Programs, _ options: String...) async throws {
        program = try await programs.keep(RunningProgram.python([Self.script] + options))
        try await program.output.wait(for: "started ")
    }

    /// Opens a page under a name of the test's own.
    func open(_ page: String, _ url: String) async throws {
        try await tell(page, "open", url)
    }

    /// Waits until an expression of JavaScript is true in a page.
    func wait(_ page: String, until expression: String) async throws {
        try await tell(page, "wait", expression)
    }

    /// Makes a page do something, and gives what comes of it as JSON.
    @discardableResult
    func run(_ page: String, _ script: String) async throws -> String {
        try await tell(page, "run", script)
    }

    /// Shows a page in a window so wide, in points.
    func resize(_ page: String, to width: Int) async throws { try await tell(page, "size", "\(width)") }

    /// Shows a page as to somebody who likes it dark, or light.
    func prefer(_ page: String, _ scheme: String) async throws { try await tell(page, "scheme", scheme) }

    /// Whether a page may run scripts, from the next time that it is opened.
    func setScripts(_ page: String, _ isOn: Bool) async throws { try await tell(page, "script", isOn ? "on" : "off") }

    /// Shows a page, or puts it behind another one; as far as its scripts can tell.
    func hide(_ page: String, _ isHidden: Bool) async throws {
        try await run(
            page,
            "Object.defineProperty(document, 'hidden', {get: () => \(isHidden), configurable: true}); "
                + "document.dispatchEvent(new Event('visibilitychange'))")
    }

    /// Presses a key in a page: Tab, Enter, Space, or one with a character.
    func press(_ page: String, _ key: String) async throws { try await tell(page, "key", key) }

    /// Presses the keys of a text one after the other.
    func type(_ page: String, _ text: String) async throws {
        for character in text { try await press(page, character == " " ? "Space" : String(character)) }
    }

    /// Presses Tab until what has the focus, `it`, fulfils a condition in JavaScript.
    func tab(_ page: String, to condition: String) async throws {
        for _ in 0..<Self.mostStops {
            try await press(page, "Tab")
            if try await run(page, "(it => Boolean(\(condition)))(document.activeElement)") == "true" { return }
        }
        Issue.record("nothing that Tab reaches fulfils \(condition)")
    }

    /// Goes through a page that was just opened by Tab alone, and expects that it comes to everything that can be used, in
    /// the order in which it stands there, and that each shows that it has the focus.
    func expectKeyboardReachesAll(_ page: String) async throws {
        // The focus leaves the page behind its last stop.
        let stop = """
            (it => { if (it === document.body) return 'end'; reached.push(it); const style = getComputedStyle(it); \
            const isSeen = it.matches(':focus-visible') && style.outlineStyle != 'none' && parseFloat(style.outlineWidth) > 1; \
            return isSeen ? 'seen' : it.outerHTML.slice(0, 100) })(document.activeElement)
            """
        try await run(page, "window.reached = []")
        var stops = 0
        while true {
            try await press(page, "Tab")
            let seen = try await run(page, stop)
            if seen == "\"end\"" { break }
            #expect(seen == "\"seen\"", "it does not show the focus")
            stops += 1
            try #require(stops < Self.mostStops, "Tab does not come to an end")
        }
        #expect(stops > 2)
        let missed = """
            (all => [...all.filter(it => !reached.includes(it)), ...reached.filter((it, i) => it !== all[i])] \
            .map(it => it.outerHTML.slice(0, 100)).join())([...document.querySelectorAll( \
            'a[href], button, input, select, textarea, summary, [tabindex]')].filter(it => it.checkVisibility()))
            """
        #expect(try await run(page, missed) == "\"\"", "not come to, or out of order")
    }

    /// More than any page of the tests has.
    private static let mostStops = 100

    /// Opens a page in the ways in which people have it before them, and expects that it fits the window, that the schemes
    /// differ, and that nothing comes from elsewhere.
    func expectGoodLooks(_ page: String, _ url: String) async throws {
        try await open(page, url)
        try await wait(page, until: "document.readyState == 'complete' && location.href == '\(url)'")
        var papers: Set<String> = []
        for scheme in ["light", "dark"] {
            try await prefer(page, scheme)
            for width in [390, 1280] {
                try await resize(page, to: width)
                let extent = try await run(page, "document.documentElement.scrollWidth - innerWidth")
                #expect(Int(extent).map { $0 <= 0 } == true, "\(url) is \(extent) points too wide for \(width)")
            }
            papers.insert(try await run(page, "getComputedStyle(document.body).backgroundColor"))
        }
        #expect(papers.count == 2)
        let foreign = "performance.getEntriesByType('resource').filter(r => !r.name.startsWith(location.origin)).length"
        #expect(try await run(page, foreign) == "0")
    }

    @discardableResult
    private func tell(_ page: String, _ command: String, _ words: String) async throws -> String {
        var number = 0
        told.change { told in
            told += 1
            number = told
        }
        program.enter("\(number) \(page) \(command) \(words)")
        do {
            let answer = try await program.output.wait(for: "#\(number): ")
            return String(answer.drop { $0 != " " }.dropFirst())
        } catch {
            throw OutputLines.Ended(
                description: "\(words): \(try await program.errors.all().suffix(3).joined(separator: "; "))")
        }
    }
}
