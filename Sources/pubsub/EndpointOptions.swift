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

    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        for endpoint in bind { try endpoint.validate(for: "--bind", toBind: true) }
        for endpoint in connect { try endpoint.validate(for: "--connect", toBind: false) }
    }

    /// The endpoints, or a default where there are none, and how they are secured.
    func orElse(bind defaultBind: EndpointArgument) throws -> Endpoints {
        try endpoints(bind: bind.isEmpty && connect.isEmpty ? [defaultBind] : bind)
    }

    /// The endpoints, or a default where there are none, and how they are secured.
    func orElse(connect defaultConnect: EndpointArgument) throws -> Endpoints {
        try endpoints(connect: bind.isEmpty && connect.isEmpty ? [defaultConnect] : connect)
    }

    private func endpoints(bind: [EndpointArgument]? = nil, connect: [EndpointArgument]? = nil) throws -> Endpoints {
        let (bind, connect) = (bind ?? self.bind, connect ?? self.connect)
        try curve.validate(binds: !bind.isEmpty, connects: !connect.isEmpty)
        return Endpoints(bind: bind, connect: connect, security: try curve.read())
    }
}
