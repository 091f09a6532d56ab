import Foundation
import ProcessSupport
import Testing

/// The layers of the HTTP front, which are told apart by what each knows.
@Suite struct LayerTests {
    /// The lines of a folder's sources that are no comments, each behind the name of its file.
    private static func code(in folder: String) throws -> [String] {
        let path = PackageFolder.path("Sources/Gateway/HTTP/\(folder)")
        let files = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".swift") }
        return try files.sorted().flatMap { file -> [String] in
            let lines = try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8).split(separator: "\n")
            return lines.filter { !$0.drop(while: { $0 == " " }).hasPrefix("//") }.map { "\(file): \($0)" }
        }
    }

    private static let connections = [
        "import NIOPosix", "import NIOSSL", "import NIOTLS", "ChannelHandler", "any Channel", "EventLoop",
        "ConnectionSocket",
    ]
    private static let dispatch = ["FrontLoop", "RequestDispatcher", "BrokerLoop", "WorkerRecord"]
    private static let versions = [
        "HTTP1Connection", "HTTP2Connection", "HTTP2Stream", "PipelinedExchange", "ResponseWriter",
    ]
    private static let values = ["import NIO", "ByteBuffer", "NIODeadline", "TimeAmount"]

    private static let layers: [(String, [String])] = [
        ("Exchange", values + versions + dispatch + connections), ("Parsing", versions + dispatch + connections),
        ("Versions", dispatch + connections), ("HTTP1", dispatch + connections), ("HTTP2", dispatch + connections),
    ]

    @Test(arguments: layers) func `A layer does not name what it is not to know`(folder: String, names: [String]) throws
    {
        let code = try Self.code(in: folder)
        #expect(!code.isEmpty)
        for name in names { #expect(code.filter { $0.contains(name) } == [], "\(name)") }
    }
}
