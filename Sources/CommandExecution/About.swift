// Runs commands for the programs: each in a process group of its own, without a terminal, with its time and its output
// bounded, and none of which outlives the program.
