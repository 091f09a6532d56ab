import NIOHTTP2
import Testing

@testable import Gateway

struct HTTP2BodyAllowanceTests {
    @Test func `Bodies are let in up to the bound, in the order in which they asked`() {
        var bodies = HTTP2BodyAllowance(bound: 10)
        #expect(bodies.admits(1, size: 6))
        #expect(bodies.admits(1, size: 6))
        #expect(!bodies.admits(3, size: 5))
        // There would be room for it, but another was first.
        #expect(!bodies.admits(5, size: 4))
        #expect(bodies.admitNext() == nil)
        bodies.remove(1)
        #expect(bodies.admitNext() == 3)
        #expect(bodies.admitNext() == 5)
        #expect(bodies.admitNext() == nil)
    }

    @Test func `One that is larger than the bound is let in alone`() {
        var bodies = HTTP2BodyAllowance(bound: 10)
        #expect(bodies.admits(1, size: 11))
        #expect(!bodies.admits(3, size: 0))
        bodies.remove(1)
        #expect(bodies.admitNext() == 3)
        #expect(!bodies.admits(5, size: 11))
        bodies.remove(3)
        #expect(bodies.admitNext() == 5)
    }

    @Test func `One that leaves while it waits is not let in`() {
        var bodies = HTTP2BodyAllowance(bound: 10)
        #expect(bodies.admits(1, size: 10))
        #expect(!bodies.admits(3, size: 1))
        #expect(!bodies.admits(5, size: 1))
        bodies.remove(3)
        bodies.remove(1)
        #expect(bodies.admitNext() == 5)
        #expect(bodies.admitNext() == nil)
    }
}
