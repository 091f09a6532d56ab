/// What a report of random weather holds.
public enum WeatherPayload: String, CaseIterable, Sendable {
    /// The temperature: `42`.
    case temperature
    /// The temperature and the humidity in percent, as the weather server of ZeroMQ's guide sends them: `42 31`.
    case temperatureHumidity = "temperature-humidity"
}
