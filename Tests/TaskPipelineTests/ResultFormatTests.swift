import Foundation
import ProcessSupport
import TaskPipeline
import Testing

/// Results as they are written.
@Suite struct ResultFormatTests {
    func written(_ format: ResultFormat, text: [UInt8] = [], output: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        let result = TaskResult(
            number: 7, worker: "w-1", status: 3, nanoseconds: 1_250_003_000, text: text[...],
            output: output[...])
        format.append(result, to: &bytes)
        return bytes
    }

    @Test(arguments: [("", ""), ("a", "a\n"), ("a\n", "a\n"), ("a\n\n", "a\n\n")])
    func `Text has a newline at its end`(output: String, line: String) {
        #expect(written(.text, output: Array(output.utf8)) == Array(line.utf8))
    }

    @Test func `Text passes bytes that are not UTF-8`() {
        #expect(written(.text, output: [0xFF, 0x00]) == [0xFF, 0x00, 0x0A])
    }

    @Test func `The digest and the words of a file stand before its name, as others write them`() {
        func line(_ label: OutputLabel, _ text: String, _ output: String) -> String {
            var bytes: [UInt8] = []
            label.append(Array(output.utf8)[...], of: Array(text.utf8)[...], to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(line(.digest, "a b", "ff") == "ff  a b\n")
        #expect(line(.digest, "a\nb\\", "ff") == "\\ff  a\\nb\\\\\n")
        #expect(line(.count, "a b", "12") == "12 a b\n")
        #expect(line(.line, "", "") == "\n")
        #expect(line(.digest, "a", "") == "")
    }

    @Test func `What is no number is a word`() {
        var bytes: [UInt8] = []
        let result = TaskResult(
            number: 1, worker: "a, b", status: TaskStatus.lost, nanoseconds: 0, text: [], output: [])
        ResultFormat.json.append(result, to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self).contains(#""worker":"a, b","duration":0.000000,"status":"lost""#))
    }

    @Test func `A record has a signal's number as a shell has it`() {
        var bytes: [UInt8] = []
        let result = TaskResult(
            number: 1, worker: "w", status: TaskStatus.signal(9), nanoseconds: 0, text: [], output: [])
        ResultFormat.json.append(result, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self).contains(#""status":137,"#))
        #expect(TaskStatus.phrase(TaskStatus.signal(9)) == "signal 9")
        #expect(TaskStatus.phrase(137) == "exit status 137")
    }

    @Test func `JSON has every member, in this order`() {
        let line = String(decoding: written(.json, text: Array("in".utf8), output: Array("out\n".utf8)), as: UTF8.self)
        #expect(
            line == #"{"number":7,"text":"in","worker":"w-1","duration":1.250003,"status":3,"output":"out\n"}"# + "\n")
    }

    struct Record: Decodable, Equatable {
        var text: String?
        var text_base64: Data?
        var output: String?
        var output_base64: Data?
    }

    @Test func `Whatever bytes there are, another reader of JSON gets them back`() throws {
        var random = SplitMix(seed: 5)
        for _ in 0..<500 {
            let isText = Bool.random(using: &random)
            let bytes = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                UInt8.random(in: 0...(isText ? 127 : 255), using: &random)
            }
            let line = written(.json, text: Array("ä€\u{1F600}\"\\/".utf8), output: bytes)
            let record = try JSONDecoder().decode(Record.self, from: Data(line))
            #expect(record.text == "ä€\u{1F600}\"\\/")
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            #expect(record.output.map { Array($0.utf8) } == (isValid ? bytes : nil))
            #expect(record.output_base64.map(Array.init) == (isValid ? nil : bytes))
        }
    }
}
