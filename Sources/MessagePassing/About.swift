// Message passing between a fixed number of processes, each with a rank, over ZeroMQ.
//
// Collectives/ says who sends what to whom: schedules, and the state machine that carries one out. Matching/ has what each
// rank keeps of messages and of the operations that wait for them, Membership/ how ranks find out that one has died and
// agree on it. All of these are values without sockets and clocks. Transport/ is the sockets that drive them, and
// Communicator/ what a program is written with.
