import SwiftZMQ

let context = try Context()
let (server, client) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
var policy = AuthenticationPolicy()
policy.curve = .users([client.publicKey: "ada"])
try Authenticator(context, policy: policy).start()
let pull = try Pull(context) {
    $0.security = .curveServer(server, domain: "app")
    $0.keepsMetadata = true
}
let push = try Push(context) { $0.security = .curveClient(client, server: server.publicKey) }
try push.connect(pull.bind("tcp://127.0.0.1:*"))
try await push.send("a secret")
let message = try await pull.receive(timeout: .seconds(10))
print("\(message.metadata.userID ?? "nobody") sent \(message)")
await context.shutdown()
