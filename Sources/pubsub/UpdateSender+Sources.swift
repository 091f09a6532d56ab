import CommandLineSupport
import PublishSubscribe
import SwiftZMQ

extension UpdateSender {
    /// Sends random weather.
    mutating func sendWeather(topics: TopicRange, payload: WeatherPayload, format: WireFormat) async throws {
        var station = WeatherStation(topics: topics, payload: payload, generator: SystemRandomNumberGenerator())
        while !isDone { try await send(station.next(format: format)) }
    }

    /// Sends the lines of an input, each a topic and a payload, to its end.
    mutating func sendLines(of input: StandardInput, format: WireFormat, longestLine: Int) async throws {
        var lines = LineSplitter(longestLine: longestLine)
        while !isDone, let chunk = try await input.next() {
            lines.append(chunk)
            try await sendLines(of: &lines, format: format)
        }
        lines.finish()
        try await sendLines(of: &lines, format: format)
    }

    private mutating func sendLines(of lines: inout LineSplitter, format: WireFormat) async throws {
        while !isDone {
            if format == .singleFrame { try await sendFrames(of: &lines) }
            guard !isDone, let line = lines.next() else { return }
            switch line {
            case .whole(let number, let bytes):
                if let message = format.message(line: bytes) {
                    try await send(message)
                } else {
                    Notice.say("line \(number): no topic; a line is \"topic payload\" and does not begin with a blank")
                }
            case .tooLong(let number):
                Notice.say(
                    "line \(number): longer than \(lines.longestLine) bytes, left out; --max-line says how long one may be"
                )
            }
        }
    }

    /// Sends whole lines as frames, many at once, for as long as none is to be complained about.
    private mutating func sendFrames(of lines: inout LineSplitter) async throws {
        var frames: [Frame] = []
        repeat {
            let most = framesAtOnce
            guard most > 0 else { return }
            frames.removeAll(keepingCapacity: true)
            lines.takeLines { bytes in
                guard frames.count < most, WireFormat.hasTopic(bytes) else { return false }
                frames.append(Frame(copying: bytes))
                return true
            }
            try await send(contentsOf: frames)
        } while !frames.isEmpty
    }
}
