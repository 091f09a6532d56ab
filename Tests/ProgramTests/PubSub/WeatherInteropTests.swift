import ProcessSupport
import Testing

/// The program and the Python scripts of the classic weather example, in both directions and both wire formats.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WeatherInteropTests {
    let programs = Programs()

    private static let five = "pubsub: five updates are the default; --count N is for another number, --count forever "

    @Test(arguments: [[], ["multipart"]])
    func `Five updates of the Python publisher, and their average`(format: [String]) async throws {
        let publisher = try await programs.interop("weather_publisher.py", "*", format.first ?? "single")
        let endpoint = try await publisher.output.wait(for: "tcp://")
        let subscriber = try programs.pubsub(["subscribe", "--connect", endpoint] + format.map { "--\($0)" })
        #expect(try await subscriber.ending() == .exited(0))
        let lines = try await subscriber.output.all()
        try #require(lines.count == 6, "\(lines)")
        let temperatures = try lines.prefix(5).map { line in
            let match = try #require(line.wholeMatch(of: /10001 (-?\d+)/), "\(line)")
            return try #require(Int(match.1))
        }
        let tenths = (Double(temperatures.reduce(0, +)) / 5 * 10).rounded() / 10
        #expect(lines[5] == "Average value for topic '10001' was \(tenths == 0 ? 0 : tenths)F")
        #expect(try await subscriber.errors.all() == [Self.five + "for no end"])
    }

    @Test func `The first of two numbers counts, as ZeroMQ's guide sends temperature and humidity`() async throws {
        let publisher = try await programs.interop("weather_publisher.py", "*", "humidity")
        let subscriber = try programs.subscriber(of: try await publisher.output.wait(for: "tcp://"))
        #expect(try await subscriber.ending() == .exited(0))
        let lines = try await subscriber.output.all()
        try #require(lines.count == 6, "\(lines)")
        let temperatures = try lines.prefix(5).map { line in
            let match = try #require(line.wholeMatch(of: /10001 (-?\d+) \d+/), "\(line)")
            return try #require(Int(match.1))
        }
        let tenths = (Double(temperatures.reduce(0, +)) / 5 * 10).rounded() / 10
        #expect(lines[5] == "Average value for topic '10001' was \(tenths == 0 ? 0 : tenths)F")
    }

    @Test func `A subscriber of ZeroMQ's guide, which wants three fields, gets them`() async throws {
        let (_, endpoint) = try await programs.publisher("--rate", "500/s", "--payload", "temperature-humidity")
        let subscriber = try await programs.interop("weather_subscriber.py", endpoint, "humidity")
        #expect(try await subscriber.ending() == .exited(0), "\(subscriber.errors.soFar)")
        #expect(try await subscriber.output.all().count == 6)
    }

    @Test(arguments: [[], ["multipart"]])
    func `The Python subscriber gets five updates`(format: [String]) async throws {
        let publisher = try programs.pubsub(
            ["publish", "--bind", "tcp://127.0.0.1:*", "--rate", "500/s"] + format.map { "--\($0)" })
        let endpoint = try await publisher.endpoint("publishing on ")
        let subscriber = try await programs.interop("weather_subscriber.py", endpoint, format.first ?? "single")
        #expect(try await subscriber.ending() == .exited(0), "\(subscriber.errors.soFar)")
        let lines = try await subscriber.output.all()
        #expect(lines.count == 6)
        for line in lines.prefix(5) {
            let match = try #require(line.wholeMatch(of: /update 10001 (-?\d+)/), "\(line)")
            #expect((-79...134).contains(try #require(Int(match.1))))
        }
        #expect(lines.last?.hasPrefix("Average temperature for zipcode '10001' was ") == true)
    }
}
