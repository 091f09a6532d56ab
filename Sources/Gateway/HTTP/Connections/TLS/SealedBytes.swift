import DequeModule

/// How many bytes of plain text the bytes on the wire stand for.
///
/// The kernel and the channel count what is encrypted, credit and progress what a response has. Each write notes how far
/// both have come; between two notes they are taken to grow in proportion. What has left is therefore never less than it
/// was before, and is exact where nothing or everything of a write has left.
struct SealedBytes {
    private struct Note {
        let sealed: Int
        let plain: Int
    }

    private var notes: Deque<Note> = []
    private var oldest = Note(sealed: 0, plain: 0)
    private var sealed = 0
    private var plain = 0
    private var forgettingCount = Self.fewest

    /// So many notes are kept at least before the old ones are looked for.
    private static let fewest = 64

    /// Bytes went out on the wire, whatever they stand for.
    mutating func addSealed(_ count: Int) { sealed += count }

    /// So many bytes of plain text went out with what was added last.
    ///
    /// - Parameter unacknowledged: how many bytes on the wire have not arrived; asked for now and then.
    mutating func note(plain count: Int, unacknowledged: () -> Int) {
        plain += count
        notes.append(Note(sealed: sealed, plain: plain))
        guard notes.count >= forgettingCount else { return }
        let gone = sealed - unacknowledged()
        while let first = notes.first, first.sealed <= gone {
            oldest = first
            notes.removeFirst()
        }
        forgettingCount = max(Self.fewest, 2 * notes.count)
    }

    /// How many bytes of plain text the last so many bytes on the wire stand for.
    func plain(inLast waiting: Int) -> Int {
        let gone = sealed - waiting
        // The first note of what is not gone.
        var low = 0
        var high = notes.count
        while low < high {
            let middle = (low + high) / 2
            if notes[middle].sealed > gone { high = middle } else { low = middle + 1 }
        }
        guard low < notes.count else { return 0 }
        let before = low == 0 ? oldest : notes[low - 1]
        let after = notes[low]
        let part = max(0, gone - before.sealed)
        let length = max(1, after.sealed - before.sealed)
        return plain - before.plain - part * (after.plain - before.plain) / length
    }
}
