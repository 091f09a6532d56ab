import PublishSubscribe
import SwiftZMQ
import Testing

@Suite struct AdmissionLedgerTests {
    @Test func `Without an end of a subscription nobody is in doubt`() {
        var ledger = AdmissionLedger()
        ledger.noteAdmission(to: "a", afterSending: true)
        ledger.noteAdmission(to: "b", afterSending: true)
        ledger.noteNoMore()
        ledger.noteEnd(of: "b")
        #expect(!ledger.hasDoubts)
    }

    @Test func `Whoever was admitted just before one is, for what it wants`() {
        var ledger = AdmissionLedger()
        ledger.noteAdmission(to: "b", afterSending: false)
        ledger.noteNoMore()
        ledger.noteAdmission(to: "a", afterSending: true)
        ledger.noteEnd(of: "b")
        ledger.noteNoMore()
        #expect(ledger.hasDoubts)
        #expect(ledger.doubts("a 1") && ledger.doubts("ab"))
        #expect(!ledger.doubts("b 1"))
    }

    @Test func `Where nothing was sent in between, nothing can have gone wrong`() {
        var ledger = AdmissionLedger()
        ledger.noteAdmission(to: "b", afterSending: false)
        ledger.noteAdmission(to: "a", afterSending: false)
        ledger.noteEnd(of: "b")
        #expect(!ledger.hasDoubts)
    }

    @Test func `The doubt ends with the last who wanted the same`() {
        var ledger = AdmissionLedger()
        for _ in 0..<2 { ledger.noteAdmission(to: "a", afterSending: true) }
        ledger.noteEnd(of: "other")
        ledger.noteEnd(of: "a")
        #expect(ledger.doubts("a 1"))
        ledger.noteEnd(of: "a")
        #expect(!ledger.hasDoubts)
    }
}
