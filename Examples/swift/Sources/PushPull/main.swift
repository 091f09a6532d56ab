import SwiftZMQ

let context = try Context()
let push = try Push(context)
let pull = try Pull(context)
try push.connect(pull.bind("tcp://127.0.0.1:*"))
for number in 1...10 { try await push.send("\(number)") }
var sum = 0
for _ in 1...10 { sum += Int(String(try await pull.receive(timeout: .seconds(10)).frame())) ?? 0 }
print("the sum is \(sum)")
await context.shutdown()
