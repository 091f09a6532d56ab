import DequeModule

/// How many bytes of plaintext the bytes of ciphertext on the wire stand for.
///
/// The kernel and the channel count ciphertext, credit and progress the bytes that a response has. Each write notes how far
/// both have come; between two notes they are taken to grow in proportion. What has left is therefore never less than it
/// was before, and is exact where nothing or everything of a write has left.
struct PlaintextCount {
    private struct Note {
        let ciphertext: Int
        let plaintext: Int
    }

    private var notes: Deque<Note> = []
    private var oldest = Note(ciphertext: 0, plaintext: 0)
    private var ciphertext = 0
    private var plaintext = 0
    private var forgettingCount = Self.fewest

    /// So many notes are kept at least before the old ones are looked for.
    private static let fewest = 64

    /// Bytes went out on the wire, whatever they stand for.
    mutating func addCiphertext(_ count: Int) { ciphertext += count }

    /// So many bytes of plaintext went out with what was added last.
    ///
    /// - Parameter unacknowledged: how many bytes on the wire have not arrived; asked for now and then.
    mutating func addPlaintext(_ count: Int, unacknowledged: () -> Int) {
        plaintext += count
        notes.append(Note(ciphertext: ciphertext, plaintext: plaintext))
        guard notes.count >= forgettingCount else { return }
        let gone = ciphertext - unacknowledged()
        while let first = notes.first, first.ciphertext <= gone {
            oldest = first
            notes.removeFirst()
        }
        forgettingCount = max(Self.fewest, 2 * notes.count)
    }

    /// How many bytes of plaintext the last so many bytes on the wire stand for.
    func plaintext(inLast waiting: Int) -> Int {
        let gone = ciphertext - waiting
        // The first note of what is not gone.
        var low = 0
        var high = notes.count
        while low < high {
            let middle = (low + high) / 2
            if notes[middle].ciphertext > gone { high = middle } else { low = middle + 1 }
        }
        guard low < notes.count else { return 0 }
        let before = low == 0 ? oldest : notes[low - 1]
        let after = notes[low]
        let part = max(0, gone - before.ciphertext)
        let length = max(1, after.ciphertext - before.ciphertext)
        return plaintext - before.plaintext - part * (after.plaintext - before.plaintext) / length
    }
}
