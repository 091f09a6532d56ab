import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

extension Subscriber {
    /// Makes a socket that is subscribed to what begins with some bytes.
    init(
        _ context: Context, to filters: [TopicFilter], configure: (inout SocketOptions<Self>) throws -> Void
    ) throws {
        try self.init(context, configure: configure)
        for filter in filters { try subscribe(to: filter.prefix) }
    }
}

extension [ByteArgument] {
    /// What begins with the bytes that were named.
    var filters: [TopicFilter] { map { TopicFilter(Frame($0.bytes)) } }
}
