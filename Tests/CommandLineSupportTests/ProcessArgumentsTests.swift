import Testing

@testable import CommandLineSupport

@Suite struct ProcessArgumentsTests {
    @Test(
        arguments: [
            [], Array("plain".utf8), Array("é€😀".utf8), [0xFF], [0x61, 0xC3, 0x62], [0xE2, 0x82],
            [0xF4, 0x8F, 0xBE, 0x80],
            [0xF4, 0x8F, 0xBF, 0xBF, 0x41], [0xED, 0xA0, 0x80], [0x80, 0xBF],
        ] as [[UInt8]])
    func `Whatever was typed comes back byte for byte`(bytes: [UInt8]) {
        #expect(ProcessArguments.bytes(of: ProcessArguments.text(of: bytes)) == bytes)
        #expect(ByteArgument(argument: ProcessArguments.text(of: bytes)).bytes == bytes)
    }

    @Test func `Random bytes, too`() {
        for _ in 0..<10_000 {
            let bytes = (0..<Int.random(in: 0..<12)).map { _ in UInt8.random(in: 1...255) }
            #expect(ProcessArguments.bytes(of: ProcessArguments.text(of: bytes)) == bytes)
        }
    }

    @Test func `People read the bytes as numbers`() {
        #expect(ByteArgument(argument: ProcessArguments.text(of: [0x61, 0xE9, 0x62])).description == "a\\xE9b")
        #expect(ByteArgument(argument: "é").description == "é")
    }
}
