import SwiftZMQ

let context = try Context()
let (push, pull) = (try Push(context), try Pull(context))
let events = push.events
try push.connect(pull.bind("tcp://127.0.0.1:*"))
for await event in events {
    if event.kind == .handshakeSucceeded { pull.close() }
    if event.kind == .handshakeSucceeded || event.kind == .disconnected { print(event.kind) }
    if event.kind == .disconnected { break }
}
await context.shutdown()
