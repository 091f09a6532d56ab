import Foundation
import ProcessSupport
import Testing

/// The pages of the demonstration in a real browser.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled("there is no Chromium: Scripts/need chromium", { await Browser.isInstalled.value }))
struct PageBrowserTests {
    let programs = Programs()

    private func demonstration() async throws -> (RunningGateway, String, Browser) {
        let gateway = try await programs.gateway("--demo-workers", "1")
        for service in ["/hello", "/cart", "/"] { try await gateway.waitForService(service) }
        return (gateway, "http://127.0.0.1:\(gateway.port)", try await Browser(programs))
    }

    @Test func `The start page shows what runs, and each form what was answered`() async throws {
        let (gateway, address, browser) = try await demonstration()
        try await browser.open("start", "\(address)/")
        let states = "[...document.querySelectorAll('[data-probe]')].map(state => state.className).join()"
        try await browser.wait("start", until: "\(states) == 'state up,state up,state up,state up'")
        for (form, answer) in [
            ("hello", "Hello, Ada!"), ("echo", "Is anybody there?"), ("cart", "pizza"), ("site", "206"),
            ("greet", "404"),
        ] {
            try await browser.run("start", "document.querySelector('[data-answer=\(form)-answer] button').click()")
            try await browser.wait(
                "start", until: "document.getElementById('\(form)-answer').textContent.includes('\(answer)')")
        }
        // The weather moves.
        let points = "[...document.querySelectorAll('#chart polyline')].filter(l => l.points.length > 2).length"
        try await browser.wait("start", until: "\(points) == 4")
        // What its last card promises.
        _ = try await programs.obedientWorker("req", "greet", of: gateway)
        try await gateway.waitForService("/greet")
        try await browser.run("start", "document.querySelector('[data-answer=greet-answer] button').click()")
        try await browser.wait("start", until: "document.getElementById('greet-state').className == 'state up'")
        #expect(browser.program.errors.soFar == [])
    }

    @Test func `The start page fits a phone and a desk, light and dark`() async throws {
        let (_, address, browser) = try await demonstration()
        try await browser.expectGoodLooks("start", "\(address)/")
        try await browser.run("start", "fetch('/cart/add?pizza=1', {method: 'POST'})")
        try await browser.expectGoodLooks("start", "\(address)/cart")
        #expect(browser.program.errors.soFar == [])
    }

    @Test func `A keyboard is enough for the start page`() async throws {
        let (_, address, browser) = try await demonstration()
        try await browser.open("start", "\(address)/")
        try await browser.wait("start", until: "document.readyState == 'complete' && location.pathname == '/'")
        try await browser.expectKeyboardReachesAll("start")
        // A field that Tab comes to is selected, so that typing takes the place of what is there.
        for (field, text, answer, expected) in [
            ("name", "Bob", "hello-answer", "Hello, Bob!"), ("text", "over and out", "echo-answer", "over and out"),
            ("item", "tea", "cart-answer", "tea"),
        ] {
            try await browser.tab("start", to: "it.name == '\(field)'")
            try await browser.type("start", text)
            try await browser.press("start", "Enter")
            try await browser.wait(
                "start", until: "document.getElementById('\(answer)').textContent.includes('\(expected)')")
        }
        for (form, key) in [("site", "Enter"), ("greet", "Space")] {
            try await browser.tab("start", to: "it.matches('[data-answer=\(form)-answer] button')")
            try await browser.press("start", key)
            try await browser.wait("start", until: "document.getElementById('\(form)-answer').textContent != ''")
        }
        #expect(browser.program.errors.soFar == [])
    }

    @Test func `The chart goes on after whatever breaks its events, and has no connection while nobody sees it`()
        async throws
    {
        let (_, address, browser) = try await demonstration()
        try await browser.open("start", "\(address)/")
        let isLive = "weatherState.textContent == 'connected' && source.readyState == EventSource.OPEN"
        try await browser.wait("start", until: isLive)
        // Something else than events was answered, and the browser has given up.
        try await browser.run("start", "source.close(); source.onerror()")
        try await browser.wait("start", until: isLive)
        try await browser.hide("start", true)
        #expect(try await browser.run("start", "source === null") == "true")
        try await browser.hide("start", false)
        try await browser.wait("start", until: isLive)
        #expect(browser.program.errors.soFar == [])
    }

    @Test(arguments: [true, false])
    func `Items are added, changed and removed, without script too`(scripts: Bool) async throws {
        let (_, address, browser) = try await demonstration()
        // Another page first: what is waited for below must not be found on one that is about to be left.
        try await browser.open("cart", "\(address)/hello")
        try await browser.setScripts("cart", scripts)
        try await browser.open("cart", "\(address)/cart")
        let names = "[...document.querySelectorAll('.items .name')].map(name => name.textContent).join()"
        let amounts = "[...document.querySelectorAll('.items input')].map(input => input.value).join()"
        /// Does something that leads to another page, and waits for what that shows: the one that is left may show it already.
        func leave(_ script: String, for expectation: String) async throws {
            try await browser.run("cart", "window.isLeft = true; \(script)")
            try await browser.wait("cart", until: "!window.isLeft && \(expectation)")
        }
        func add(_ item: String, _ amount: Int, for expectation: String) async throws {
            try await leave(
                "document.querySelector('[name=item]').value = '\(item)'; "
                    + "document.querySelector('.card [name=amount]').value = '\(amount)'; "
                    + "document.querySelector('.card button').click()",
                for: expectation)
        }
        try await browser.wait(
            "cart", until: "document.querySelector('.empty') && document.querySelector('.card button')")
        try await add("pizza", 2, for: "\(names) == 'pizza' && \(amounts) == '2'")
        try await add("<b>&", 1, for: "\(names) == 'pizza,<b>&'")
        try await leave(
            "document.querySelector('.items input').value = '5'; "
                + "document.querySelector('.items button[value=change]').click()", for: "\(amounts) == '5,1'")
        try await add("pizza", 999, for: "document.querySelector('[role=alert]')")
        try await browser.open("cart", "\(address)/cart")
        try await browser.wait("cart", until: "!document.querySelector('[role=alert]') && \(amounts) == '5,1'")
        try await leave(
            "document.querySelector('.items button[value=remove]').click()", for: "\(names) == '<b>&'")
        #expect(browser.program.errors.soFar == [])
    }
    @Test(arguments: [true, false])
    func `Items are added, changed and removed by keyboard alone, without script too`(scripts: Bool) async throws {
        let (_, address, browser) = try await demonstration()
        try await browser.open("cart", "\(address)/hello")
        try await browser.setScripts("cart", scripts)
        try await browser.open("cart", "\(address)/cart")
        try await browser.wait(
            "cart", until: "document.querySelector('.empty') && document.querySelector('.card button')")
        let names = "[...document.querySelectorAll('.items .name')].map(name => name.textContent).join()"
        let amounts = "[...document.querySelectorAll('.items input')].map(input => input.value).join()"
        /// Presses a key that leads to another page, and waits for what that shows.
        func leave(_ key: String, for expectation: String) async throws {
            try await browser.run("cart", "window.isLeft = true")
            try await browser.press("cart", key)
            try await browser.wait("cart", until: "!window.isLeft && \(expectation)")
        }
        /// Goes to a field and types: what Tab comes to is selected, so that typing takes the place of what is there.
        func type(_ text: String, into field: String) async throws {
            try await browser.tab("cart", to: field)
            try await browser.type("cart", text)
        }
        try await type("tea", into: "it.name == 'item'")
        try await type("2", into: "it.name == 'amount'")
        try await leave("Enter", for: "\(names) == 'tea' && \(amounts) == '2'")
        try await type("a pie", into: "it.name == 'item'")
        try await browser.tab("cart", to: "it.textContent == 'Add'")
        try await leave("Space", for: "\(names) == 'tea,a pie' && \(amounts) == '2,1'")
        try await browser.expectKeyboardReachesAll("cart")

        // Enter in the field changes, and so does the button, which tells a screen reader what it is for.
        try await type("5", into: "it.closest('.items li:first-child') && it.name == 'amount'")
        try await leave("Enter", for: "\(amounts) == '5,1'")
        try await type("12", into: "it.closest('.items li:last-child') && it.name == 'amount'")
        try await browser.tab("cart", to: "it.textContent == 'Change a pie'")
        try await leave("Space", for: "\(amounts) == '5,12'")
        // What the cart does not take is told, and nothing has changed.
        try await type("tea", into: "it.name == 'item'")
        try await type("999", into: "it.name == 'amount'")
        try await leave("Enter", for: "document.querySelector('[role=alert]') && \(amounts) == '5,12'")

        try await browser.tab("cart", to: "it.textContent == 'Remove tea'")
        try await leave("Enter", for: "\(names) == 'a pie'")
        try await browser.tab("cart", to: "it.textContent == 'Remove a pie'")
        try await leave("Space", for: "document.querySelector('.empty')")
        #expect(browser.program.errors.soFar == [])
    }
}
