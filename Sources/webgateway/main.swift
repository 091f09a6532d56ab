import CommandLineSupport

await CommandLineProgram.run(WebGateway.self)
