// A distributed hash table after Kademlia (Maymounkov and Mazières, 2002): every node is client and server, and there is no
// coordinator. Values/ is what nodes speak of; Routing/ whom a node knows; Lookups/ how it finds others; Storage/ what it
// keeps; Protection/ what it grants whom; Wire/ the bytes of messages. Node/ joins these to a state machine without sockets
// and clock, which Simulation/ runs by the thousands and Transport/ over ROUTER and DEALER.
