import Foundation
import ProcessSupport

/// Makes inputs from those of the corpus, as a seed determines.
struct Mutator {
    var random: SplitMix
    private let corpus: [[UInt8]]
    private let pieces: [[UInt8]]

    /// - Parameter pieces: what means something to the reader, to be put in at random places.
    init(seed: UInt64, corpus: [[UInt8]], pieces: [String]) {
        random = SplitMix(seed: seed)
        self.corpus = corpus
        self.pieces = pieces.map { Array($0.utf8) }
    }

    mutating func next() -> [UInt8] {
        var bytes = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 0...5, using: &random) { mutate(&bytes) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...8, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 5: bytes.removeSubrange(place...)
        case 6:
            let other = corpus.randomElement(using: &random) ?? []
            let start = Int.random(in: 0...other.count, using: &random)
            bytes.replaceSubrange(place..., with: other[start...])
        default: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
        }
    }
}

/// The files of `Tests/Corpus`.
enum Corpus {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

    /// The contents of the files of a folder, in the order of their names.
    static func files(_ name: String) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path()).sorted().map {
            Array(try Data(contentsOf: folder.appending(path: name).appending(path: $0)))
        }
    }

    /// The bytes that a text in hexadecimal digits stands for; what is no digit is passed over.
    static func bytes(hexadecimal text: some Sequence<UInt8>) -> [UInt8] {
        let digits = text.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map(UInt8.init) }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
