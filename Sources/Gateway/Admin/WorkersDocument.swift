import Glibc
import SwiftZMQ
import TextFormats
import WorkerProtocol

/// The registered workers as a JSON array, ordered by service and id.
struct WorkersDocument {
    let text: String

    init(_ snapshot: BrokerSnapshot, at now: ContinuousClock.Instant) {
        let wallClock = Self.secondsSince1970()
        let workers = snapshot.workers.map { (id: $0.routingID.printable, worker: $0) }
            .sorted { ($0.worker.service, $0.id) < ($1.worker.service, $1.id) }
        let objects = workers.map { id, worker in
            let heard = wallClock - (now - worker.lastHeard) / .seconds(1)
            return """
                {"service":\(JSONText.quote(worker.service)),"dialect":\(JSONText.quote(worker.dialect.rawValue)),\
                "address":\(worker.address.map(JSONText.quote) ?? "null"),"concurrency":\(worker.concurrency),\
                "in_flight":\(worker.inFlight),"served":\(worker.served),"last_heard":\(JSONText.quote(Self.time(heard))),\
                "id":\(JSONText.quote(id)),"draining":\(worker.isDraining)}
                """
        }
        text = objects.isEmpty ? "[]\n" : "[\n" + objects.joined(separator: ",\n") + "\n]\n"
    }

    /// A time in UTC to the millisecond: `2026-01-31T09:05:07.250Z`.
    static func time(_ secondsSince1970: Double) -> String {
        let milliseconds = Int((secondsSince1970 * 1000).rounded())
        var time = UTCTime()
        time.set(seconds: milliseconds / 1000, milliseconds: milliseconds % 1000)
        return String(decoding: time.text, as: UTF8.self)
    }

    private static func secondsSince1970() -> Double {
        var now = timespec()
        guard clock_gettime(CLOCK_REALTIME, &now) == 0 else { return 0 }
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
