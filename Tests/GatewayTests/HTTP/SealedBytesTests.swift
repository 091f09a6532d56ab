import Testing

@testable import Gateway

/// Bytes on the wire and the plain text that they stand for.
struct SealedBytesTests {
    @Test func `Where nothing or all of a write has left the count is exact, and in between in proportion`() {
        var bytes = SealedBytes()
        // A handshake.
        bytes.addSealed(500)
        bytes.note(plain: 0) { 0 }
        for _ in 0..<3 {
            bytes.addSealed(122)
            bytes.note(plain: 100) { 0 }
        }
        #expect(bytes.plain(inLast: 0) == 0)
        #expect(bytes.plain(inLast: 122) == 100)
        #expect(bytes.plain(inLast: 61) == 50)
        #expect(bytes.plain(inLast: 183) == 150)
        #expect(bytes.plain(inLast: 366) == 300)
        #expect(bytes.plain(inLast: 866) == 300)
        // Goodbye.
        bytes.addSealed(24)
        #expect(bytes.plain(inLast: 24) == 0)
        #expect(bytes.plain(inLast: 24 + 122) == 100)
    }

    @Test func `What has left never becomes less, and old writes are forgotten`() {
        var random = SystemRandomNumberGenerator()
        var bytes = SealedBytes()
        var (sealed, gone, plain, left) = (0, 0, 0, 0)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...3000, using: &random)
            sealed += count + 22
            plain += count
            bytes.addSealed(count + 22)
            bytes.note(plain: count) { sealed - gone }
            gone = max(gone, sealed - Int.random(in: 0...100_000, using: &random))
            let waiting = bytes.plain(inLast: sealed - gone)
            #expect(waiting >= 0 && waiting <= sealed - gone)
            #expect(plain - waiting >= left)
            left = plain - waiting
        }
        #expect(bytes.plain(inLast: 0) == 0)
    }

    @Test func `Empty writes do no harm`() {
        var bytes = SealedBytes()
        for _ in 0..<200 { bytes.note(plain: 0) { 0 } }
        bytes.note(plain: 10) { 0 }
        #expect(bytes.plain(inLast: 0) == 0)
        #expect(bytes.plain(inLast: 100) >= 0)
    }
}
