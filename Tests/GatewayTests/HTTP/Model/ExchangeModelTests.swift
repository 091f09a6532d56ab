import Testing

/// Random words of a broker, and ends, against a model of who waits for the answer; see ``ModelRun``.
@Suite struct ExchangeModelTests {
    @Test func `Whatever happens in whatever order, every rule of an exchange holds`() async {
        await ModelRun<ExchangeModel>("exchange").expectRulesHold(reaching: [
            "submitted", "cancelled", "consumed", "answered", "cut", "abandoned", "repeated", "upgraded", "refused",
            "overrun", "101", "200", "204", "304", "404", "405", "413", "426", "500", "502", "503", "504",
        ])
    }
}
