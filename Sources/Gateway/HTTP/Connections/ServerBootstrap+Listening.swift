import NIOCore
import NIOPosix

extension ServerBootstrap {
    /// Listens on an address. One of IPv6 takes connections of IPv6 alone, so that `0.0.0.0` and `::` may have one port.
    ///
    /// - Parameter option: what the address was given with, for the remedy.
    func listen(on address: ListenAddress, option: String) async throws(GatewayStartError) -> any Channel {
        do {
            // The resolver blocks, and must not block an event loop.
            let resolved = try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
            }
            guard resolved.protocol == .inet6 else { return try await bind(to: resolved).get() }
            let onlyIPv6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
            return try await serverChannelOption(onlyIPv6, value: 1).bind(to: resolved).get()
        } catch {
            throw GatewayStartError(address: address, option: option, error: error)
        }
    }
}
