// What the gateway and its workers say to each other, as plain values: the two frames of a request, the frames of a
// reply, and the commands of the three dialects. Nothing here knows a socket or a clock.
//
// Read in this order: `RequestHead` and `ReplyHead` (the HTTP messages), `WorkerDialect` (who speaks what),
// `WorkerCommand` and `GatewayCommand` (the two directions), `WorkerProperties` (what a worker may ask for).
