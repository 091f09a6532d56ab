public import SwiftZMQ

/// The question how far a run is, and its answer.
public enum StatusMessage {
    /// The question.
    public static var request: Frame { WireWriter(.statusRequest, run: .none).message }

    static func isRequest(_ message: Message) -> Bool { WireReader.isKind(.statusRequest, message) }

    static func encoded(_ status: RunStatus) -> Frame {
        var writer = WireWriter(.status, run: .none, capacity: 1 << 12)
        for number in [status.done, status.total ?? .max, status.read, status.failed, status.rate.bitPattern] {
            writer.write(number)
        }
        writer.write(UInt32(status.workers.count))
        for worker in status.workers {
            writer.write(worker.name)
            writer.write(worker.tasks)
            writer.write(worker.seconds.bitPattern)
        }
        writer.write(UInt32(status.slowest.count))
        for task in status.slowest {
            writer.write(task.number)
            writer.write(UInt32(task.text.count))
            writer.write(bytesOf: task.text)
            writer.write(task.seconds.bitPattern)
        }
        writer.write(UInt32(status.failures.count))
        for failure in status.failures {
            writer.write(failure.number)
            writer.write(UInt32(failure.text.count))
            writer.write(bytesOf: failure.text)
            writer.write(failure.status)
        }
        return writer.message
    }

    /// Reads the answer.
    public static func status(_ message: Message) throws(WireError) -> RunStatus {
        var reader = try WireReader(message)
        guard reader.kind == .status else { throw WireError("it is no answer to the question how far a run is") }
        var status = RunStatus()
        status.done = try reader.number()
        let total = try reader.number(UInt64.self)
        status.total = total == .max ? nil : total
        status.read = try reader.number()
        status.failed = try reader.number()
        status.rate = Double(bitPattern: try reader.number())
        for _ in 0..<(try reader.number(UInt32.self)) {
            status.workers.append(
                RunStatus.Worker(
                    name: try reader.string(), tasks: try reader.number(),
                    seconds: Double(bitPattern: try reader.number())))
        }
        for _ in 0..<(try reader.number(UInt32.self)) {
            status.slowest.append(
                RunStatus.Task(
                    number: try reader.number(), text: try reader.bytes(Int(try reader.number(UInt32.self))),
                    seconds: Double(bitPattern: try reader.number())))
        }
        for _ in 0..<(try reader.number(UInt32.self)) {
            status.failures.append(
                RunStatus.Failure(
                    number: try reader.number(), text: try reader.bytes(Int(try reader.number(UInt32.self))),
                    status: try reader.number()))
        }
        return status
    }
}
