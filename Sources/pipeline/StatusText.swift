import CommandLineSupport
import TaskPipeline
import TextFormats

/// How far a run is, as text.
enum StatusText {
    /// One JSON object.
    static func json(_ status: RunStatus) -> String {
        var bytes: [UInt8] = Array("{\"done\":\(status.done),\"total\":\(status.total.map(String.init) ?? "null")".utf8)
        bytes += Array(
            (",\"failed\":\(status.failed),\"rate_per_second\":\(number(status.rate))"
                + ",\"seconds_left\":\(status.secondsLeft.map(number) ?? "null"),\"workers\":[").utf8)
        for (index, worker) in status.workers.enumerated() {
            bytes += Array((index > 0 ? ",{\"name\":" : "{\"name\":").utf8)
            JSONText.appendQuoted(worker.name, to: &bytes)
            bytes += Array(",\"tasks\":\(worker.tasks),\"since\":\(number(worker.seconds))}".utf8)
        }
        bytes += Array("],\"slowest\":[".utf8)
        for (index, task) in status.slowest.enumerated() {
            bytes += Array("\(index > 0 ? "," : ""){\"number\":\(task.number),".utf8)
            task.text.withUnsafeBytes { JSONText.appendMember("text", $0, to: &bytes) }
            bytes += Array(",\"seconds\":\(number(task.seconds))}".utf8)
        }
        bytes += Array("],\"failures\":[".utf8)
        for (index, failure) in status.failures.enumerated() {
            bytes += Array("\(index > 0 ? "," : ""){\"number\":\(failure.number),".utf8)
            failure.text.withUnsafeBytes { JSONText.appendMember("text", $0, to: &bytes) }
            bytes += Array(",\"status\":".utf8)
            if let word = TaskStatus.word(failure.status) {
                JSONText.appendQuoted(word, to: &bytes)
            } else {
                bytes += Array(String(TaskStatus.number(failure.status)).utf8)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        return String(decoding: bytes, as: UTF8.self) + "]}"
    }

    /// A table.
    static func table(_ status: RunStatus) -> String {
        let total = status.total.map { "/" + ProgressText.number($0) } ?? ""
        var head = "\(ProgressText.number(status.done))\(total) done, \(ProgressText.number(status.failed)) failed"
        head += ", \(ProgressText.rate(status.rate))"
        if let left = status.secondsLeft { head += ", \(ProgressText.time(seconds: left)) left" }
        var lines = [head, "", "worker                          tasks    since"]
        for worker in status.workers {
            lines.append(
                "\(left(worker.name, 30))  \(right(String(worker.tasks), 5))  \(right(ProgressText.time(seconds: worker.seconds), 12))"
            )
        }
        if !status.slowest.isEmpty { lines += ["", "slowest           time  task"] }
        for task in status.slowest {
            lines.append(
                "\(left("#\(task.number)", 10))  \(right(ProgressText.time(seconds: task.seconds), 10))  \(line(task.text))"
            )
        }
        if !status.failures.isEmpty { lines += ["", "failed attempts"] }
        for failure in status.failures {
            lines.append(
                "\(left("#\(failure.number)", 10))  \(left(TaskStatus.phrase(failure.status), 16))  \(line(failure.text))"
            )
        }
        return lines.joined(separator: "\n")
    }

    private static func number(_ value: Double) -> String {
        let thousandths = Int64((min(max(value, 0), 1e12) * 1000).rounded())
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    private static func line(_ text: ArraySlice<UInt8>) -> String {
        String(String(decoding: text, as: UTF8.self).map { $0.isNewline || $0 == "\u{1B}" ? " " : $0 }.prefix(50))
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text.count >= width ? String(text.prefix(width)) : text + String(repeating: " ", count: width - text.count)
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
