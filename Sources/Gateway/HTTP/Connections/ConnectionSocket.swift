import Glibc
import NIOCore
import NIOPosix

/// The socket of a connection, below TLS where that secures it: how it is written to and closed, and how far what was written
/// has come.
struct ConnectionSocket {
    private let context: ChannelHandlerContext
    private let session: TLSSession?

    /// - Parameters:
    ///   - context: that of the handler that writes what the client is to read.
    ///   - session: TLS, where the connection is secured by it.
    init(_ context: ChannelHandlerContext, _ session: TLSSession?) {
        self.context = context
        self.session = session
    }

    /// Hands bytes on; to TLS in parts, as it keeps memory for the largest that it was ever given.
    func write(_ buffer: ByteBuffer) {
        guard let session else { return context.writeAndFlush(NIOAny(buffer), promise: nil) }
        var rest = buffer
        while let part = rest.readSlice(length: min(rest.readableBytes, 128 << 10)), part.readableBytes > 0 {
            context.writeAndFlush(NIOAny(part), promise: nil)
        }
        session.edge.noteWritten(buffer.readableBytes) { unacknowledgedOnWire }
    }

    // MARK: The end

    /// Ends the connection so that the other side takes it for an error.
    func reset() {
        // On the channel's own event loop the option is set before the call returns.
        if let socket = context.channel as? any SocketOptionProvider {
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        cut()
    }

    /// Ends the connection as what is complete: with TLS the client is told so.
    func close() {
        if session != nil { context.close(mode: .output, promise: nil) }
        cut()
    }

    /// Closes the socket. With TLS nothing is said to the client: who has not been told of the end takes it for an error.
    func cut() {
        if let session { session.edge.close() } else { context.close(promise: nil) }
    }

    // MARK: What was written

    /// The bytes that wait in the process, 0 below the mark from which on more may be written: nothing tells when the rest
    /// of those has left.
    var buffered: Int {
        guard !context.channel.isWritable else { return 0 }
        return session?.edge.plaintext(inLast: backlog) ?? backlog
    }

    /// The bytes that the client has not acknowledged: those that wait in the process, and those in the kernel.
    var unacknowledged: Int {
        let count = unacknowledgedOnWire
        return session?.edge.plaintext(inLast: count) ?? count
    }

    /// The same as they go out.
    var unacknowledgedOnWire: Int { backlog + inKernel }

    /// The bytes that wait in the process, as they go out.
    var backlog: Int {
        guard let options = context.channel.syncOptions else { return 0 }
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// The bytes in the kernel that the client has not acknowledged, as they go out.
    private var inKernel: Int {
        let count = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { descriptor in
            var count: CInt = 0
            return ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
        }
        return count ?? 0
    }
}

extension RequestPeer {
    init(_ address: SocketAddress?) {
        self.init(ipAddress: address?.ipAddress)
    }
}

extension HTTPExchange.Origin {
    /// Where the requests of a connection come from.
    convenience init(of context: ChannelHandlerContext, _ session: TLSSession?) {
        self.init(
            peer: RequestPeer(context.remoteAddress), scheme: session == nil ? "http" : "https",
            listenerAddress: Self.text(of: context.localAddress),
            clientCertificateSubject: session?.clientCertificateSubject)
    }

    private static func text(of address: SocketAddress?) -> String {
        guard let address, let host = address.ipAddress, let port = address.port else { return "localhost" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
