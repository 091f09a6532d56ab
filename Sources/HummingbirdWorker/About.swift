// Runs any Hummingbird responder as a worker of the gateway: the same router, middleware and handlers, without a server.
//
// Read in this order: `GatewayWorker+Hummingbird` (what a program calls), `ResponderAdapter` (a request on its way to the
// responder and its response on the way back), Context/ (what a request's context is made from) and Body/ (how a
// body becomes one reply or a paced stream).
