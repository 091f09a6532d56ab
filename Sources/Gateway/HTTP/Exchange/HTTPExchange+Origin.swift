extension HTTPExchange {
    /// Where a request comes from: the same for all of a connection, which share it.
    final class Origin {
        let peer: RequestPeer
        let scheme: String
        /// The address of the listener, as a host and a port.
        let listenerAddress: String
        /// The subject of the client's certificate, where one was asked for.
        let clientCertificateSubject: String?

        /// Which port is meant where a host names none.
        var defaultPort: Int { scheme == "https" ? 443 : 80 }

        init(peer: RequestPeer, scheme: String, listenerAddress: String, clientCertificateSubject: String? = nil) {
            self.peer = peer
            self.scheme = scheme
            self.listenerAddress = listenerAddress
            self.clientCertificateSubject = clientCertificateSubject
        }
    }
}
