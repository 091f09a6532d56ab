/// Whether both ends of an endpoint are in this process, where no part can be missing, however long it takes to come.
func isWithinProcess(_ endpoint: String) -> Bool { endpoint.hasPrefix("inproc://") }
