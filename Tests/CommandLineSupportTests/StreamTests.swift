import CommandLineSupport
import Glibc
import Testing

/// Standard input and output, each with one end of a pipe in its place.
@Suite(.timeLimit(.minutes(5))) struct StreamTests {
    private func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func `What is written to a pipe is read in chunks to the end`() async throws {
        let ends = try makePipe()
        defer { close(ends.reading) }
        let expected = [UInt8](repeating: 7, count: 10_000) + [1, 2, 3]
        #expect(write(ends.writing, expected, expected.count) == expected.count)
        close(ends.writing)
        let input = StandardInput(descriptor: ends.reading, chunkSize: 1000)
        var received: [UInt8] = []
        while let chunk = try await input.next() {
            #expect(chunk.count <= 1000)
            received += chunk
        }
        #expect(received == expected)
        #expect(try await input.next() == nil)
    }

    @Test func `A read that waits ends with its task and loses nothing`() async throws {
        let ends = try makePipe()
        defer {
            close(ends.reading)
            close(ends.writing)
        }
        let input = StandardInput(descriptor: ends.reading)
        let waiting = Task { try await input.next() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(write(ends.writing, "late", 4) == 4)
        #expect(try await input.next() == Array("late".utf8))
    }

    @Test func `A folder cannot be read, and says so`() async throws {
        let folder = open("/tmp", O_RDONLY)
        defer { close(folder) }
        let input = StandardInput(descriptor: folder)
        let error = await #expect(throws: StandardInput.Failure.self) { try await input.next() }
        #expect(error?.description == "standard input: Is a directory")
    }

    @Test func `What is flushed has been written`() async throws {
        let ends = try makePipe()
        defer {
            close(ends.reading)
            close(ends.writing)
        }
        var output = OutputBuffer(descriptor: ends.writing, capacity: 8)
        output.append("12345")
        let wasFull = output.isFull
        output.append(Array("678".utf8))
        let isFull = output.isFull
        #expect((wasFull, isFull) == (false, true))
        try await output.flush()
        let isEmpty = output.isEmpty
        #expect(isEmpty)
        var bytes = [UInt8](repeating: 0, count: 100)
        #expect(read(ends.reading, &bytes, 100) == 8)
        #expect(bytes.prefix(8).elementsEqual("12345678".utf8))
    }

    @Test func `A pipe whose reader is gone is an error of its own`() async throws {
        let ends = try makePipe()
        defer { close(ends.writing) }
        close(ends.reading)
        do throws(OutputError) {
            var output = OutputBuffer(descriptor: ends.writing)
            output.append("unread")
            try await output.flush()
            Issue.record("nobody reads, and nobody said so")
        } catch {
            #expect(error.isReaderGone)
        }
    }

    @Test func `A full disk is reported with its reason`() async throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        do throws(OutputError) {
            var output = OutputBuffer(descriptor: full)
            output.append("too much")
            try await output.flush()
            Issue.record("nothing was written, and nobody said so")
        } catch {
            #expect(error.description == "standard output: No space left on device")
        }
    }
}
