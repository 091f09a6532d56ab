import SwiftZMQ

let context = try Context()
let reply = try Reply(context)
let request = try Request(context)
try request.connect(reply.bind("tcp://127.0.0.1:*"))
let serving = Task {
    for try await question in reply.requests { try await question.reply("Hello, \(question.message)!") }
}
print(try await request.request("Ada", timeout: .seconds(10)))
await context.shutdown()
try await serving.value
