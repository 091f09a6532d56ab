import Testing

struct ProgramModelTests {
    @Test func `Whatever processes do, as many run as are wanted, and none goes before another serves`() async {
        await ModelRun<ProgramModel>("program", oneOf: 2).expectRulesHold(reaching: [
            "start", "retire", "retire early", "terminate", "kill", "keepsEnding", "recovered", "replaced",
            "replacementFailed", "left", "killed", "ended", "up", "late",
        ])
    }
}
