public import SwiftZMQ

/// Why the other end of a connection does not let this one in, in words.
public enum Refusal {
    /// What there is to say where no reason has come.
    static let brokeOff = "it broke off; do both ends have the right --curve-… keys?"

    /// The reason, and what to look at.
    public static func reason(_ failure: SocketEvent.HandshakeFailure) -> String {
        switch failure {
        case .authentication(let status):
            "it turned this end away (status \(status)); is this end's public key in its --curve-allow?"
        case .protocolError:
            "the two ends do not agree on how they are secured (--curve-…), or it is no ZeroMQ there"
        case .noDetail: brokeOff
        }
    }
}
