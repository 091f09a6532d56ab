// Streams ticks, eight requests at a time: swift run ClockWorker [tcp://127.0.0.1:5555]
import GatewayWorker

let endpoint = CommandLine.arguments.dropFirst().first ?? "tcp://127.0.0.1:5555"

let worker = GatewayWorker(
    service: "clock-swift", endpoints: [endpoint], configuration: .init(concurrency: 8)
) { request in
    guard request.method == .get else { throw WorkerProblem.methodNotAllowed(allow: .get) }
    return WorkerResponse(
        headerFields: [.contentType: "text/plain; charset=utf-8"],
        body: .stream { client in
            try await client.write("You asked for \(request.path).\n")
            // Each piece goes out at once, at the client's pace. When the client goes away, this is cancelled.
            for number in 1...3 {
                try await Task.sleep(for: .milliseconds(100))
                try await client.write("tick \(number)\n")
            }
        })
}

try await worker.runService()  // Until SIGTERM or Ctrl-C; then it finishes what it has.
