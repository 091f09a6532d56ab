import PublishSubscribe
import Testing

@Suite struct CommandTests {
    private func words(_ command: String, _ topic: String = "t", _ payload: String = "p") throws -> [String] {
        try UpdateCommand(Array(command.utf8)).words(topic: Array(topic.utf8), payload: Array(payload.utf8))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `Without a placeholder a shell reads the command and gets the values as arguments`() throws {
        #expect(try words("cat >> \"$1\"") == ["sh", "-c", "cat >> \"$1\"", "sh", "t", "p"])
        #expect(try words("awk '{ print }'") == ["sh", "-c", "awk '{ print }'", "sh", "t", "p"])
    }

    @Test func `With one, the words are the program and its arguments, whatever the values are`() throws {
        #expect(try words("mail  -s {topic} {payload}@x{topic}") == ["mail", "-s", "t", "p@xt"])
        let value = "$(x) `y` 'z' {payload} ; \" \\"
        #expect(try words("echo {topic} {payload}", value, value) == ["echo", value, value])
    }

    @Test(arguments: [
        "echo '{topic}'", "echo \"{topic}\"", "echo $(({payload}))", "echo `{topic}`", "{payload} | sh", "a {topic};b",
        "[[ {payload} -gt 3 ]]", "X={payload} env", "echo ~/{topic}", "echo {topic} > x", "echo {other} {topic}",
        "echo {topic} &", "echo \\{topic}", "echo {topic}\nb", "echo # {topic}", "echo ${topic} {topic}",
    ])
    func `What is for a shell is refused beside a placeholder`(command: String) throws {
        #expect(throws: UpdateCommand.Refusal.self) { try UpdateCommand(Array(command.utf8)) }
    }

    @Test(arguments: [
        "{payload}", "{topic} {payload}", "x{topic}", "env {payload}", "nice -n 5 {topic}", "env A=1 {topic}",
        "sh -c {payload}",
        "sh -ce {payload}", "sh -c -- {payload}", "env bash -ec {payload}", "/bin/sh -o posix {topic}",
        "sh {topic} {payload}",
    ])
    func `A publisher names neither the program nor a script`(command: String) throws {
        let refusal = #expect(throws: UpdateCommand.Refusal.self) { try UpdateCommand(Array(command.utf8)) }
        #expect(refusal?.description.contains("\"$PAYLOAD\"") == true)
    }

    @Test(arguments: ["env logger {topic}", "sh notify.sh {topic} {payload}", "nice -n 5 logger -t {topic} {payload}"])
    func `An argument of a program that another one starts is an argument`(command: String) throws {
        #expect(try words(command).count == command.split(separator: " ").count)
    }

    @Test func `No command is none`() throws {
        for command in ["", "  "] {
            #expect(throws: UpdateCommand.Refusal.self) { try UpdateCommand(Array(command.utf8)) }
        }
    }

    @Test func `What cannot be an argument is said, or left to standard input`() throws {
        let long = String(repeating: "x", count: UpdateCommand.longestValue + 1)
        for value in ["a\0b", long] {
            #expect(throws: UpdateCommand.Misfit.self) { try words("echo {payload}", "t", value) }
            #expect(try words("cat", "t", value) == ["sh", "-c", "cat", "sh"])
            let variables = try UpdateCommand(Array("cat".utf8)).variables(topic: [0x74], payload: Array(value.utf8))
            #expect(variables == [Array("TOPIC=t".utf8)])
        }
    }
}
