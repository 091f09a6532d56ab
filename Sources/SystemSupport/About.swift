// What the gateway and the programs need of the system beside sockets: a lock, threads, a way to wake a thread that
// waits for descriptors. It is theirs alone; the binding has its own.
