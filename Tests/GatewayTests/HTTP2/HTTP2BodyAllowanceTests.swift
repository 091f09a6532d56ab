import NIOHTTP2
import Testing

@testable import Gateway

struct HTTP2BodyAllowanceTests {
    private var bodies = HTTP2BodyAllowance(bound: 10)

    private mutating func expect(_ id: HTTP2StreamID, _ size: Int, isAdmitted expected: Bool) {
        let isAdmitted = bodies.admits(id, size: size)
        #expect(isAdmitted == expected, "\(id)")
    }

    private mutating func expectNext(_ expected: HTTP2StreamID?) {
        let next = bodies.admitNext()
        #expect(next == expected)
    }

    @Test mutating func `Bodies are let in up to the bound, in the order in which they asked`() {
        expect(1, 6, isAdmitted: true)
        expect(1, 6, isAdmitted: true)
        expect(3, 5, isAdmitted: false)
        // There would be room for it, but another was first.
        expect(5, 4, isAdmitted: false)
        expectNext(nil)
        bodies.remove(1)
        expectNext(3)
        expectNext(5)
        expectNext(nil)
    }

    @Test mutating func `One that is larger than the bound is let in alone`() {
        expect(1, 11, isAdmitted: true)
        expect(3, 0, isAdmitted: false)
        bodies.remove(1)
        expectNext(3)
        expect(5, 11, isAdmitted: false)
        bodies.remove(3)
        expectNext(5)
    }

    @Test mutating func `One that leaves while it waits is not let in`() {
        expect(1, 10, isAdmitted: true)
        expect(3, 1, isAdmitted: false)
        expect(5, 1, isAdmitted: false)
        bodies.remove(3)
        bodies.remove(1)
        expectNext(5)
        expectNext(nil)
    }
}
