/// Durations as people read them.
enum Milliseconds {
    /// Thousandths of a second, with three digits behind the point: `0.482 ms`.
    static func text(_ duration: Duration) -> String {
        let microseconds = Int((duration / .microseconds(1)).rounded())
        let fraction = String(microseconds % 1000)
        return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction + " ms"
    }
}
