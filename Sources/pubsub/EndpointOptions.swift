import ArgumentParser
import CommandLineSupport
import SwiftZMQ

/// The endpoints of a command, all of which share one socket.
struct EndpointOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Accept connections at this endpoint, repeatable.", valueName: "endpoint"))
    var bind: [EndpointArgument] = []

    @Option(
        help: ArgumentHelp("Connect to this endpoint, repeatable; it need not be there yet.", valueName: "endpoint"))
    var connect: [EndpointArgument] = []

    func validate() throws {
        for endpoint in bind { try endpoint.validate(for: "--bind", toBind: true) }
        for endpoint in connect { try endpoint.validate(for: "--connect", toBind: false) }
    }

    /// The endpoints, or a default where there are none.
    func orElse(bind defaultBind: EndpointArgument) -> EndpointOptions {
        var options = self
        if bind.isEmpty, connect.isEmpty { options.bind = [defaultBind] }
        return options
    }

    /// The endpoints, or a default where there are none.
    func orElse(connect defaultConnect: EndpointArgument) -> EndpointOptions {
        var options = self
        if bind.isEmpty, connect.isEmpty { options.connect = [defaultConnect] }
        return options
    }

    /// Sets what the endpoints need of a socket, before it has any.
    func prepare<S: Socket>(_ options: inout SocketOptions<S>) {
        options.prepare(for: bind + connect)
    }

    /// Binds and connects, and says where others can connect to.
    func attach(_ socket: some Socket, as activity: String) throws {
        for endpoint in bind { Notice.say("\(activity) on \(try socket.bind(endpoint.text))") }
        for endpoint in connect { try socket.connect(endpoint.text) }
    }
}

extension SocketOptions {
    /// Sets what every socket of the program has.
    mutating func prepare(for endpoints: [EndpointArgument]) {
        if endpoints.contains(where: \.isIPv6) { self.usesIPv6 = true }
        // A peer whose machine is gone says nothing, and a subscriber, which only listens, would never know. Not by
        // ZeroMQ's heartbeats: a peer that is slow on purpose, as behind a pager, does not answer those.
        self.usesTCPKeepAlive = true
        self.tcpKeepAliveIdle = .seconds(10)
        self.tcpKeepAliveInterval = .seconds(5)
        self.tcpKeepAliveCount = 3
    }
}
