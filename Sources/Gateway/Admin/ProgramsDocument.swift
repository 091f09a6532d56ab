import TextFormats

/// The programs that the gateway has started as a JSON array, by name.
struct ProgramsDocument {
    let text: String

    init(_ programs: [ProgramSnapshot], at now: ContinuousClock.Instant) {
        let objects = programs.map { program in
            let processes = program.processes.map { process in
                """
                {"instance":\(process.instance),"pid":\(process.process.map(String.init) ?? "null"),\
                "state":\(JSONText.quote(process.state)),"seconds":\(Int((now - process.start) / .seconds(1)))}
                """
            }
            return """
                {"name":\(JSONText.quote(program.name)),"count":\(program.count),"up":\(program.up),\
                "restarts":\(program.restarts),"failing":\(program.isFailing),"restarting":\(program.isRestarting),\
                "processes":[\(processes.joined(separator: ","))]}
                """
        }
        text = objects.isEmpty ? "[]\n" : "[\n" + objects.joined(separator: ",\n") + "\n]\n"
    }
}
