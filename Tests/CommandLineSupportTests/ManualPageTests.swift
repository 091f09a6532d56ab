import Testing

@testable import CommandLineSupport

@Suite struct ManualPageTests {
    private static let description = #"""
        {"serializationVersion":0,"command":{"commandName":"tool","abstract":"Do it.","discussion":"First.\n\n  tool a\\b\n\n.Then.",
          "arguments":[],"subcommands":[
          {"commandName":"get","abstract":"Get it.","arguments":[
            {"kind":"option","names":[{"kind":"long","name":"topic-name"}],"valueName":"text","abstract":"What.","defaultValue":"x"},
            {"kind":"flag","shouldDisplay":false,"names":[{"kind":"long","name":"secret"}]},
            {"kind":"positional","valueName":"file","isOptional":true,"isRepeating":true,"abstract":"Which."}]},
          {"commandName":"help","abstract":"Help."}]}}
        """#

    @Test func `The page has the program's commands and options, and nothing in it is a command to groff`() throws {
        let page = ManualPage(try #require(CommandDescription.read(Self.description)), version: "1.2.3").text
        let lines = page.split(separator: "\n").map(String.init)
        #expect(lines.first == #".TH TOOL 1 "" "SwiftZMQ 1.2.3" "User Commands""#)
        #expect(lines.contains(#"tool \- Do it."#))
        #expect(lines.contains(#"\fBtool get\fR [\fIfile\fR ...] [\fIoptions\fR]"#))
        #expect(lines.contains(#"\fB\-\-topic\-name\fR \fItext\fR"#) && lines.contains("What. (default: x)"))
        #expect(lines.contains(#"tool a\eb"#) && lines.contains(#"\&.Then."#))
        #expect(!page.contains("secret") && !page.contains("Help."))
    }
}
