import Testing

@testable import CommandLineSupport

@Suite struct UnknownOptionTests {
    private static let description = """
        {"serializationVersion":0,"command":{"commandName":"tool","defaultSubcommand":"serve","arguments":[],"subcommands":[
          {"commandName":"serve","arguments":[{"kind":"flag","names":[{"kind":"long","name":"fast"}]}]},
          {"commandName":"get","aliases":["fetch"],"arguments":[
            {"kind":"option","names":[{"kind":"long","name":"topic"},{"kind":"short","name":"t"}]},
            {"kind":"positional","valueName":"file"}]}]}}
        """

    private func unknown(_ words: String) throws -> String? {
        let search = UnknownOptionSearch(try #require(CommandDescription.read(Self.description)))
        return search.unknownOption(in: words.split(separator: " ").map(String.init)).map {
            "\($0.command) \($0.option)"
        }
    }

    @Test(arguments: [
        ("get --frob", "tool get --frob"), ("get --topic x --frob=1 file", "tool get --frob"),
        ("fetch -x", "tool get -x"),
        ("--frob", "tool --frob"), ("get --fast", "tool get --fast"),
    ])
    func `The first word that is no option of the command is found`(words: String, expected: String) throws {
        #expect(try unknown(words) == expected)
    }

    @Test(arguments: [
        "get --topic --frob", "get -t -5 file", "get file", "get -- --frob", "--fast", "get --help", "get -",
        "--version",
    ])
    func `A value, what follows two dashes and what there is are not`(words: String) throws {
        #expect(try unknown(words) == nil)
    }
}
