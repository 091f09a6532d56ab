/// The word that somebody probably meant.
enum Suggestion {
    /// `did you mean WORD?` where one of the known words is close, otherwise what the words are.
    static func text(_ word: String, _ known: [String]) -> String {
        let closest = known.map { (word: $0, distance: distance(word.lowercased(), $0)) }.min {
            $0.distance < $1.distance
        }
        if let closest, closest.distance <= max(1, closest.word.count / 3) { return "did you mean \(closest.word)?" }
        return "there are \(known.joined(separator: ", "))"
    }

    /// How many characters have to be changed, added or removed to make one word of another.
    private static func distance(_ one: String, _ other: String) -> Int {
        let target = Array(other)
        var row = Array(0...target.count)
        for (index, character) in one.prefix(100).enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in target.indices {
                let change = diagonal + (character == target[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, diagonal + 1, row[column] + 1)
            }
        }
        return row[target.count]
    }
}
