import SwiftZMQ
import Testing

/// The hammers find what their ledger notes.
@Suite struct LedgerTests {
    private let ledger = Ledger()

    @Test func `What is sent and arrives once is right`() {
        let sender = ledger.makeSender()
        for number in 0..<300 {
            let parcel = ledger.next(of: sender)
            if number.isMultiple(of: 2) { ledger.take(parcel.message) }
            ledger.settle(parcel, wasSent: number.isMultiple(of: 2))
        }
        #expect(ledger.violations.isEmpty)
        #expect(ledger.hasAllArrived && ledger.missing.isEmpty)
        #expect(ledger.counts == (150, 150))
    }

    @Test func `What is lost is missing`() {
        let sender = ledger.makeSender()
        let parcel = ledger.next(of: sender)
        ledger.settle(parcel, wasSent: true)
        #expect(!ledger.hasAllArrived)
        #expect(ledger.missing == [parcel])
        #expect(ledger.missing(of: sender) == 1)
    }

    @Test func `What arrives twice is noted`() {
        let parcel = ledger.next(of: ledger.makeSender())
        ledger.settle(parcel, wasSent: true)
        ledger.take(parcel.message)
        #expect(ledger.violations.isEmpty)
        ledger.take(parcel.message)
        #expect(ledger.violations.count == 1)
    }

    @Test(arguments: [false, true])
    func `What arrives although its send failed is noted`(arrivesFirst: Bool) {
        let parcel = ledger.next(of: ledger.makeSender())
        if arrivesFirst { ledger.take(parcel.message) }
        ledger.settle(parcel, wasSent: false)
        if !arrivesFirst { ledger.take(parcel.message) }
        #expect(ledger.violations.count == 1)
    }

    @Test func `What was never sent, or is not whole, is noted`() {
        let sender = ledger.makeSender()
        ledger.take(Parcel(sender: sender, number: 7))
        #expect(ledger.violations.count == 1)
        let parcels = (0..<3).map { _ in ledger.next(of: sender) }
        for parcel in parcels { ledger.settle(parcel, wasSent: true) }
        for parcel in parcels where parcel.message.count > 1 { ledger.take(parcel.message.dropLast()) }
        #expect(ledger.violations.count == 3)
    }
}
