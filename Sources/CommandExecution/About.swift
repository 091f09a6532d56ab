// Runs commands for the programs: each in a process group of its own, without a terminal, with its time and its output
// bounded, and none of which outlives the program.
//
// Why not swift-subprocess: a process of its own watches over each group, and ends it when the program is killed with
// SIGKILL; and a stopped command, a terminal and inherited signals are dealt with between fork and exec.
