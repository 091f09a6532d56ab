/// What is sent of a file: bytes and ranges of it, one after the other.
package struct SiteBody: Sendable {
    /// A part of it.
    package enum Piece: Sendable {
        case bytes([UInt8])
        case range(Range<Int>)
    }

    /// The file that the ranges are of; nil where there are none.
    package let file: SiteFile?
    package let pieces: [Piece]

    init(file: SiteFile? = nil, pieces: [Piece] = []) {
        self.file = file
        self.pieces = pieces
    }

    init(_ text: String) {
        self.init(pieces: [.bytes(Array(text.utf8))])
    }

    /// How many bytes it has.
    package var count: Int {
        pieces.reduce(0) { count, piece in
            switch piece {
            case .bytes(let bytes): count + bytes.count
            case .range(let range): count + range.count
            }
        }
    }
}
