// A Hummingbird application as a worker: swift run ShopWorker [tcp://127.0.0.1:5555]
import GatewayWorker
import Hummingbird
import HummingbirdWorker

struct Item: ResponseCodable {
    let id: Int
    let colour: String
}

let endpoint = CommandLine.arguments.dropFirst().first ?? "tcp://127.0.0.1:5555"

let router = Router()
router.add(middleware: LogRequestsMiddleware(.info))
router.get("shop/items/:id") { request, context in
    Item(
        id: try context.parameters.require("id", as: Int.self),
        colour: request.uri.queryParameters["colour"].map(String.init) ?? "none")
}
router.post("shop/items") { request, context in
    EditedResponse(status: .created, response: try await request.decode(as: Item.self, context: context))
}

let worker = GatewayWorker(
    service: "shop", endpoints: [endpoint], configuration: .init(concurrency: 8), responder: router.buildResponder()
).webSocket { request, socket in
    guard request.path == "/shop/help" else { throw WorkerProblem(.notFound, code: "no-such-socket") }
    for await message in socket {
        guard case .text(let question) = message else { return try await socket.close(.unsupportedData) }
        try await socket.send("You asked: \(question)")
    }
}

try await worker.runService()  // Until SIGTERM or Ctrl-C; then it finishes what it has.
