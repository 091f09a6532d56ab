import CommandLineSupport

// Before any other thread is started.
ThreadScheduling.favourThroughput()
await CommandLineProgram.run(WebGateway.self)
