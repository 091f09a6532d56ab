import Foundation
import GatewayWorker
import Glibc
import HTTPTypes
import Logging
import SwiftZMQ

// A worker for the tests that kill, stop and flood.
//
//     fault-worker ENDPOINT RECORD
//
// It registers for the service `fault`. Of a request it answers the query, which so tells whose answer it is; before it
// answers a POST, it adds the query as a line to the file RECORD: lines are written with one call to a file that is
// opened for appending, so that none is torn and none is lost when the process is killed. `/fault/stream?BYTES` streams
// so many bytes.

guard CommandLine.arguments.count == 3 else {
    FileHandle.standardError.write(Data("usage: fault-worker ENDPOINT RECORD\n".utf8))
    exit(64)
}
let record = open(CommandLine.arguments[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
guard record >= 0 else {
    perror(CommandLine.arguments[2])
    exit(1)
}
var configuration = GatewayWorker.Configuration(concurrency: 8)
configuration.heartbeatInterval = .milliseconds(200)
configuration.maximumReconnectDelay = .milliseconds(500)
let worker = GatewayWorker(
    service: "fault", endpoints: [CommandLine.arguments[1]], configuration: configuration,
    logger: Logger(label: "fault-worker") { StreamLogHandler.standardError(label: $0) }
) { request in
    let query = String(request.query ?? "")
    if request.path == "/fault/stream" {
        guard let size = Int(query) else { throw WorkerProblem(.badRequest, code: "no-size") }
        return WorkerResponse(
            body: .stream { writer in
                let piece = Frame([UInt8](repeating: UInt8(ascii: "s"), count: 64 << 10))
                var rest = size
                while rest > 0 {
                    let count = min(rest, piece.count)
                    try await writer.write(
                        count == piece.count ? piece : Frame([UInt8](repeating: 0x73, count: count)))
                    rest -= count
                }
            })
    }
    if request.method == .post {
        let line = Array((query + "\n").utf8)
        guard write(record, line, line.count) == line.count else { exit(1) }
    }
    return .text(query)
}
try await worker.run()
