/// How far a connection is from its end, in any version of HTTP.
enum ConnectionStage {
    case open
    /// The last of what is written is on its way to the client, and nothing follows it.
    case ending
    /// The client has everything, and is given time to close as well.
    case lingering
    case closed
}
