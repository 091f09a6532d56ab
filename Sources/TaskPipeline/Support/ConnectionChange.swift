/// What has become of a connection.
enum ConnectionChange: Sendable {
    /// Messages can flow.
    case made
    /// There is none any more.
    case lost
    /// The other end does not let this one in; why.
    case refused(String)
}
