// What a Swift worker of the gateway is written with: a handler from a request to a response, and everything that lies
// between it and the gateway's socket.
//
// Read in this order: `GatewayWorker` (what a program makes and runs), `WorkerRequest` and `WorkerResponse` (what its
// handler sees), WebSockets/ (`WorkerWebSocket`, and the values that say what may be sent and read when), then Session/: `GatewayLink` (one socket after another to one gateway), `GatewaySession` (one socket)
// and `OutstandingRequests` (what is being worked on).
