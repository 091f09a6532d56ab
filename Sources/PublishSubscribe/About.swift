// Publish/subscribe as values and small loops: what a topic is on the wire, what a subscription matches, what a
// forwarder remembers, what a table of topics shows. The program `pubsub` puts arguments in and prints what comes out.
//
//   Wire/        updates as they travel
//   Publishing/  what is published, and when
//   Results/     what a subscriber prints
//   Forwarding/  many publishers, many subscribers, and the last value of each topic
//   Table/       `pubsub top` without its terminal
