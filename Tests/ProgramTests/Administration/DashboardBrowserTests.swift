import Foundation
import ProcessSupport
import Testing

/// The dashboard in a real browser.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled("there is no Chromium: Scripts/need chromium", { await Browser.isInstalled.value }))
struct DashboardBrowserTests {
    let programs = Programs()

    @Test func `It moves by itself, its table sorts, and what is wrong stands on top`() async throws {
        let file = try TemporaryFile(
            """
            worker-grace: 10s
            routes: [{path: /orders/, service: orders}]
            programs: [{name: p, count: 2, run: "\(try await ProgramGateway.command("s"))"}]
            """)
        let gateway = try await ProgramGateway(programs, "--config", file.path)
        try await gateway.programs { $0.count == 1 && $0[0].isSettled }
        let browser = try await Browser(programs)
        try await browser.open("page", "http://127.0.0.1:\(gateway.adminPort)/")
        try await browser.wait("page", until: "document.getElementById('state').textContent == 'live'")
        try await browser.wait(
            "page", until: "document.getElementById('problems').textContent.includes('Service orders has no workers')")
        try await browser.wait("page", until: "document.querySelectorAll('#charts svg path').length >= 8")
        // A line grows each second.
        let length = "document.querySelector('#charts svg path').getAttribute('d').split('L').length"
        let before = try #require(Int(try await browser.run("page", length)))
        async let answers: [HTTPAnswer] = {
            var answers: [HTTPAnswer] = []
            for _ in 0..<200 { answers.append(try await gateway.gateway.ask("GET", "/s/wait/0.02")) }
            return answers
        }()
        try await browser.wait("page", until: "\(length) >= \(before + 3)")
        try await browser.wait("page", until: "Number(document.getElementById('requests').textContent) > 1")
        #expect(try await answers.allSatisfy { $0.status == 200 })

        let served =
            "[...document.querySelectorAll('#worker-table tbody tr')].map(row => Number(row.cells[3].textContent))"
        try await browser.wait("page", until: "\(served).reduce((a, b) => a + b, 0) >= 200")
        // By the fourth column, and again the other way.
        for (order, sign) in [("ascending", 1), ("descending", -1)] {
            try await browser.run("page", "document.querySelectorAll('#worker-table th button')[3].click()")
            try await browser.wait(
                "page",
                until: "document.querySelectorAll('#worker-table th')[3].getAttribute('aria-sort') == '\(order)'")
            let isSorted = "\(served).every((n, i, all) => i == 0 || \(sign) * (n - all[i - 1]) >= 0)"
            #expect(try await browser.run("page", isSorted) == "true")
        }
        try await browser.wait("page", until: "document.getElementById('program-table').textContent.includes('2 of 2')")
        #expect(browser.program.errors.soFar == [])
    }

    @Test func `It goes on after whatever breaks its events, and has no connection while nobody sees it`() async throws
    {
        let gateway = try await ProgramGateway(programs)
        let browser = try await Browser(programs)
        try await browser.open("page", "http://127.0.0.1:\(gateway.adminPort)/")
        let isLive = "document.getElementById('state').textContent == 'live' && source.readyState == EventSource.OPEN"
        try await browser.wait("page", until: "\(isLive) && snapshots.length > 2")
        // Somebody else has answered in the gateway's place, and the browser has given up.
        try await browser.run("page", "source.close(); source.onerror()")
        try await browser.wait("page", until: isLive)
        // The gateway's clock has been set back.
        let message = "{data: JSON.stringify({...snapshots.at(-1), time: 1000, requests_per_second: 777})}"
        #expect(
            try await browser.run("page", "source.onmessage(\(message)); byID('requests').textContent") == "\"777\"")
        try await browser.wait(
            "page", until: "byID('requests').textContent != '777' && snapshots.every(s => s.time > 1000)")
        try await browser.hide("page", true)
        #expect(try await browser.run("page", "source === null") == "true")
        try await browser.hide("page", false)
        try await browser.wait("page", until: isLive)
        // An answer that does not come is not asked for again and again.
        try await browser.wait("page", until: "!isAsking")
        try await browser.run(
            "page", "window.asked = 0; window.fetch = () => { asked += 1; return new Promise(() => {}) }; ask(); 0")
        try await browser.run("page", "window.last = snapshots.at(-1).time")
        try await browser.wait("page", until: "snapshots.at(-1).time > last + 4.5")
        #expect(try await browser.run("page", "asked") == "1")
        #expect(browser.program.errors.soFar == [])
    }

    @Test func `A keyboard reaches everything on it, and sorts its table`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--run-count", "3")
        _ = try await gateway.settled()
        for _ in 0..<10 { _ = try await gateway.gateway.ask("GET", "/s/who") }
        let browser = try await Browser(programs)
        try await browser.open("page", "http://127.0.0.1:\(gateway.adminPort)/")
        let rows = "[...document.querySelectorAll('#worker-table tbody tr')]"
        try await browser.wait(
            "page", until: "document.getElementById('state').textContent == 'live' && \(rows).length == 3")
        try await browser.expectKeyboardReachesAll("page")
        let served = "\(rows).map(row => Number(row.cells[3].textContent))"
        try await browser.tab("page", to: "it.textContent == 'Served'")
        for (key, order, sign) in [("Enter", "ascending", 1), ("Space", "descending", -1)] {
            try await browser.press("page", key)
            #expect(try await browser.run("page", "document.activeElement.parentElement.ariaSort") == "\"\(order)\"")
            let isSorted = "\(served).every((n, i, all) => i == 0 || \(sign) * (n - all[i - 1]) >= 0)"
            #expect(try await browser.run("page", isSorted) == "true")
        }
        // The focus stays where it is when the rows are exchanged for later ones.
        try await browser.run("page", "\(rows).forEach(row => row.isOld = true)")
        try await browser.wait("page", until: "\(rows).every(row => !row.isOld)")
        #expect(try await browser.run("page", "document.activeElement.textContent") == "\"Served\"")
        #expect(browser.program.errors.soFar == [])
    }

    @Test func `It fits a phone and a desk, light and dark, and can be read without script`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--run-count", "3")
        _ = try await gateway.settled()
        let browser = try await Browser(programs)
        let address = "http://127.0.0.1:\(gateway.adminPort)/"
        try await browser.expectGoodLooks("page", address)
        try await browser.setScripts("page", false)
        try await browser.open("page", address)
        try await browser.wait("page", until: "document.querySelectorAll('#worker-table tbody tr').length == 3")
        #expect(try await browser.run("page", "document.getElementById('workers').textContent") == "\"3\"")
        #expect(
            try await browser.run("page", "document.getElementById('program-table').textContent.includes('3 of 3')")
                == "true")
        #expect(
            try await browser.run("page", "document.getElementById('problems').innerText.includes('Nothing is wrong')")
                == "true")
        #expect(browser.program.errors.soFar == [])
    }
}
