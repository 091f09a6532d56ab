import ProcessSupport
import Testing

@testable import Gateway

/// Bytes of ciphertext on the wire, and the plaintext that they stand for.
struct PlaintextCountTests {
    @Test func `Where nothing or all of a write has left the count is exact, and in between in proportion`() {
        var count = PlaintextCount()
        // A handshake.
        count.addCiphertext(500)
        count.addPlaintext(0) { 0 }
        for _ in 0..<3 {
            count.addCiphertext(122)
            count.addPlaintext(100) { 0 }
        }
        #expect(count.plaintext(inLast: 0) == 0)
        #expect(count.plaintext(inLast: 122) == 100)
        #expect(count.plaintext(inLast: 61) == 50)
        #expect(count.plaintext(inLast: 183) == 150)
        #expect(count.plaintext(inLast: 366) == 300)
        #expect(count.plaintext(inLast: 866) == 300)
        // Goodbye.
        count.addCiphertext(24)
        #expect(count.plaintext(inLast: 24) == 0)
        #expect(count.plaintext(inLast: 24 + 122) == 100)
    }

    @Test func `What has left never becomes less, and old writes are forgotten`() {
        let seed = UInt64.random(in: 0...UInt64(UInt32.max))
        var random = SplitMix(seed: seed)
        var count = PlaintextCount()
        var (ciphertext, gone, plaintext, left) = (0, 0, 0, 0)
        for _ in 0..<20_000 {
            let size = Int.random(in: 0...3000, using: &random)
            ciphertext += size + 22
            plaintext += size
            count.addCiphertext(size + 22)
            count.addPlaintext(size) { ciphertext - gone }
            gone = max(gone, ciphertext - Int.random(in: 0...100_000, using: &random))
            let waiting = count.plaintext(inLast: ciphertext - gone)
            #expect(waiting >= 0 && waiting <= ciphertext - gone, "seed \(seed)")
            #expect(plaintext - waiting >= left, "seed \(seed)")
            left = plaintext - waiting
        }
        #expect(count.plaintext(inLast: 0) == 0)
    }

    @Test func `Empty writes do no harm`() {
        var count = PlaintextCount()
        for _ in 0..<200 { count.addPlaintext(0) { 0 } }
        count.addPlaintext(10) { 0 }
        #expect(count.plaintext(inLast: 0) == 0)
        #expect(count.plaintext(inLast: 100) >= 0)
    }
}
