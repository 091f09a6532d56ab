import Testing

/// Random bytes, answers, times and ends against a model of the client, the broker and the kernel; see ``ModelRun``.
@Suite struct HTTP1ModelTests {
    @Test func `Whatever happens in whatever order, every rule of a connection holds`() async {
        await ModelRun<HTTP1Model>("HTTP/1").expectRulesHold(reaching: [
            "submitted", "cancel", "consumed", "answered", "cut", "abandoned", "ended", "closed", "reset", "gone",
            "half-closed", "drain", "repeated", "100", "200", "204", "304", "400", "404", "405", "408", "413", "431",
            "503", "504", "too-many-connections",
        ])
    }
}
