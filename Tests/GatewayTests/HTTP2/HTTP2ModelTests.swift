import Testing

/// Random frames, answers, windows, times and ends against a model of the client, NIOHTTP2, the broker and the kernel; see
/// ``ModelRun``.
@Suite struct HTTP2ModelTests {
    @Test func `Whatever happens in whatever order, every rule of a connection holds`() async {
        await ModelRun<HTTP2Model>("HTTP/2", oneOf: 4).expectRulesHold(reaching: [
            "submitted", "cancel", "consumed", "answered", "cut", "abandoned", "ended", "closed", "reset", "gone",
            "half-closed", "drain", "repeated", "flood", "broken frames", "other windows", "reset by the client",
            "reset by NIOHTTP2", "reset 0", "reset 1", "reset 2", "reset 7", "goaway 0", "goaway 1", "goaway 11", "100",
            "200", "204", "304", "400", "404", "405", "408", "413", "431", "503", "504", "too-many-connections",
        ])
    }
}
