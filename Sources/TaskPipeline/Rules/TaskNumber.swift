// A pipeline spreads a list of tasks over workers and collects every result once.
//
//   Rules/       what may happen, as values: no socket, no clock, no file; the time is passed in
//   Wire/        what the three parts say to each other, in bytes
//   Producing/   the sockets around the producer's rules
//   Working/     the sockets and threads around a worker's
//   Collecting/  the sockets and files around the collector's
//   Jobs/        what is done for a task
//
// Read `TaskWindow`, `AssignedTasks` and `ResultSequencer` first: they are the pipeline, the rest carries it.

/// The place of a task in its input, counted from 1.
public typealias TaskNumber = UInt64
