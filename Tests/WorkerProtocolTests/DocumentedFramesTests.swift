import Foundation
import ProcessSupport
import SwiftZMQ
import Testing
import WorkerProtocol

/// What `Documentation/worker-protocol.md` shows as frames is what is sent and understood.
@Suite struct DocumentedFramesTests {
    /// A message as the page shows it.
    struct Listing: CustomTestStringConvertible, Sendable {
        let dialect: WorkerDialect
        let name: String
        let isFromWorker: Bool
        let frames: [Frame]
        /// Whether what a reply carries are messages of a WebSocket.
        let isOfWebSocket: Bool

        var testDescription: String { "\(dialect.rawValue) \(name) \(isFromWorker ? "→" : "←") \(frames.count) frames" }
    }

    static let listings: [Listing] = FrameListing.all.compactMap { listing in
        let words = listing.label.split(separator: " ")
        let isOfWebSocket = words.count == 2 && words[1] == "WebSocket"
        guard let dialect = WorkerDialect(rawValue: isOfWebSocket ? String(words[0]) : listing.label) else {
            return nil
        }
        return Listing(
            dialect: dialect, name: listing.name, isFromWorker: listing.isFromWorker,
            frames: listing.frames.map { Frame($0) }, isOfWebSocket: isOfWebSocket)
    }

    @Test func `The page shows every command of every dialect`() {
        let shown = Set(Self.listings.map { "\($0.dialect.rawValue) \($0.name) \($0.isFromWorker)" })
        let expected = [
            "REQ READY true", "REQ REQUEST false", "REQ FINAL true",
            "MDP/0.1 READY true", "MDP/0.1 REQUEST false", "MDP/0.1 FINAL true", "MDP/0.1 HEARTBEAT true",
            "MDP/0.1 HEARTBEAT false", "MDP/0.1 DISCONNECT false",
            "MDP/0.2 READY true", "MDP/0.2 REQUEST false", "MDP/0.2 PARTIAL true", "MDP/0.2 FINAL true",
            "MDP/0.2 HEARTBEAT true", "MDP/0.2 HEARTBEAT false", "MDP/0.2 DISCONNECT true",
            "MDP/0.2 CANCEL false", "MDP/0.2 CREDIT false", "MDP/0.2 DRAIN true", "MDP/0.2 ABORT true",
            "MDP/0.2 MESSAGE false", "MDP/0.2 CREDIT true",
        ]
        #expect(shown == Set(expected))
    }

    @Test(arguments: listings)
    func `A listing is read as what it is called, and written as it is shown`(listing: Listing) throws {
        let shown = Message(listing.frames)
        if listing.isFromWorker {
            let command = try WorkerCommand(reading: shown, dialect: listing.dialect)
            #expect(name(of: command) == listing.name)
            // A properties frame may end with a line feed or not.
            #expect(try command.frames(in: listing.dialect) == shown)
        } else {
            let command = try GatewayCommand(reading: shown, dialect: listing.dialect)
            #expect(name(of: command) == listing.name)
            #expect(command.frames(in: listing.dialect) == shown)
            if case .request(_, let frames) = command {
                let head = try RequestHead(reading: frames[0])
                #expect(head["host"] == "shop.example")
                #expect(frames.count == 2)
                #expect(head["content-length"] == (frames[1].isEmpty ? nil : "\(frames[1].count)"))
            }
        }
    }

    @Test(
        arguments: listings.filter { $0.isFromWorker && !$0.isOfWebSocket && ["PARTIAL", "FINAL"].contains($0.name) })
    func `A reply that is shown is one that the gateway takes`(listing: Listing) throws {
        let command = try WorkerCommand(reading: Message(listing.frames), dialect: listing.dialect)
        switch command {
        case .final(_, let frames), .partial(_, let frames): _ = try WorkerReply(reading: frames)
        default: Issue.record("\(command) is no reply")
        }
    }

    @Test(arguments: listings.filter { $0.isFromWorker && $0.isOfWebSocket && ["PARTIAL", "FINAL"].contains($0.name) })
    func `A reply of a WebSocket that is shown is what is written`(listing: Listing) throws {
        let (frames, id) = (listing.frames, listing.frames[2])
        let parts = Array(frames.dropFirst(4))
        if let kind = try? WebSocketMessageKind(reading: parts[0]), kind != .close {
            #expect(WorkerCommand.message(request: id, kind: kind, data: parts[1]) == Message(frames))
        } else if listing.name == "FINAL" {
            let code = parts.count > 1 ? Int(String(parts[1])) : nil
            let reason = parts.count > 2 ? parts[2] : ""
            #expect(WorkerCommand.close(request: id, code: code, reason: reason) == Message(frames))
        } else {
            let fields = String(parts[0]).components(separatedBy: "\r\n").dropFirst().dropLast(2).map { line in
                let field = line.components(separatedBy: ": ")
                return ReplyHead.Field(name: field[0], value: field[1])
            }
            #expect(try ReplyHead.webSocketFrame(fields: fields) == parts[0])
            #expect(parts.dropFirst() == [""])
        }
    }

    private func name(of command: WorkerCommand) -> String {
        switch command {
        case .ready: "READY"
        case .partial: "PARTIAL"
        case .final: "FINAL"
        case .credit: "CREDIT"
        case .heartbeat: "HEARTBEAT"
        case .disconnect: "DISCONNECT"
        case .drain: "DRAIN"
        case .abort: "ABORT"
        }
    }

    private func name(of command: GatewayCommand) -> String {
        switch command {
        case .request: "REQUEST"
        case .heartbeat: "HEARTBEAT"
        case .disconnect: "DISCONNECT"
        case .cancel: "CANCEL"
        case .credit: "CREDIT"
        case .message: "MESSAGE"
        }
    }

    @Test func `The head of a request is what the gateway makes of the client's`() throws {
        let client = try #require(FrameListing.blocks("http").first?.text).split(separator: "\n").map(String.init)
        let start = client[0].split(separator: " ").map(String.init)
        let fields = client.dropFirst().map { line in
            let parts = line.components(separatedBy: ": ")
            return (name: parts[0], value: parts[1])
        }
        let frame = try RequestHeadTests.frame(
            fields, method: start[0], target: start[1],
            from: RequestOrigin(
                requestID: "hm7npqhmxph4fs7", clientAddress: "192.0.2.7", scheme: "http",
                listenerAddress: "127.0.0.1:8080"))
        let heads = FrameListing.blocks("head").map { FrameListing.unescaped($0.text.replacing("\n", with: "")) }
        #expect(heads.first == String(frame))
        let reply = try ReplyHead(reading: Frame(try #require(heads.last)))
        #expect(reply.status == 201)
        #expect(reply.fields.map(\.name) == ["content-type", "location"])
    }

    @Test func `The programs in Python are the examples`() throws {
        let programs = FrameListing.blocks("python").map { $0.text + "\n" }
        let examples = try ["greet_worker.py", "lasting_worker.py"].map { name in
            try String(contentsOfFile: PackageFolder.path("Examples/python/\(name)"), encoding: .utf8)
        }
        #expect(programs == examples)
    }

    @Test func `What the page links to is there`() throws {
        let links = FrameListing.page.matches(of: /\]\((?<path>\.\.\/[^)#]+)\)/).map { String($0.path.dropFirst(3)) }
        #expect(links.count > 5)
        for link in links { #expect(FileManager.default.fileExists(atPath: PackageFolder.path(link)), "\(link)") }
    }
}
