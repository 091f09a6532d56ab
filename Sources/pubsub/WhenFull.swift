import ArgumentParser

/// What a sender does when a subscriber cannot keep up.
enum WhenFull: String, ExpressibleByArgument, CaseIterable {
    /// Wait until it can; all others wait, too.
    case wait
    /// Drop for that one what it cannot take.
    case drop
}
