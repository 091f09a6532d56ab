import DequeModule
import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension HTTP1Connection {
    // MARK: The end

    /// Ends the connection after the last answer, and lingers until the client has read it.
    ///
    /// Closing a socket with unread bytes resets the connection and may take the answer from the client (RFC 9112,
    /// section 9.6): only the output is closed, and what still comes is dropped until the client closes too.
    func endOutput() {
        guard stage == .open else { return }
        stopReading()
        flushOutput()
        stage = .lingering
        if isInputClosed {
            closeWhenWritten()
        } else {
            context?.close(mode: .output, promise: nil)
        }
        updateDeadline()
    }

    /// Ends the connection so that the other side takes it for an error.
    func reset() {
        guard let context else { return }
        // On the channel's own event loop the option is set before the call returns.
        if let socket = context.channel as? any SocketOptionProvider {
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
    }

    /// Ends a connection whose client has closed its side, as soon as the kernel has taken everything.
    private func closeWhenWritten() {
        guard let context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    /// The client has closed its side.
    func inputClosed() {
        isInputClosed = true
        guard stage == .open else {
            context?.close(promise: nil)
            return
        }
        reading = .stopped
        input = ByteBuffer()
        // Nobody can tell a client that only ceased to send from one that is gone; what has begun is finished.
        let hasBegun = !requests.isEmpty && requests[0].framing != nil
        abandonRequests(from: hasBegun ? 1 : 0)
        if hasBegun {
            requests[0].closes = true
        } else {
            endOutput()
        }
        settle()
    }

    /// Forgets requests whose answers nobody waits for.
    func abandonRequests(from index: Int) {
        while requests.count > index {
            let request = requests.removeLast()
            if request.number != 0 { loop.cancel(request.number) }
            loop.finished(request.finished(.abandoned, at: loop.eventLoop.now))
        }
    }

    private func stopReading() {
        reading = .stopped
        input = ByteBuffer()
        abandonRequests(from: 0)
    }

    func drain() {
        guard stage == .open else { return }
        if case .head = reading {
            if let last = requests.indices.last {
                requests[last].closes = true
                reading = .stopped
                input = ByteBuffer()
            } else if input.readableBytes == 0 {
                // Nothing is asked and nothing half asked: there is no answer that the client has to read.
                flushOutput()
                if backlog == 0 { context?.close(promise: nil) } else { endOutput() }
            }
        }
        settle()
    }

    func abort() {
        context?.close(promise: nil)
    }

    // MARK: Time

    /// Decides what the connection waits for, and until when.
    func updateDeadline() {
        let next: Wait
        switch (stage, reading) {
        case (.closed, _): next = .none
        case (.lingering, _): next = .linger
        case (.open, .body): next = .body
        case (.open, .head) where requests.isEmpty && input.readableBytes == 0: next = .idle
        case (.open, .head) where input.readableBytes > 0 && takesRequests: next = .header
        case (.open, _): next = !requests.isEmpty && isSending ? .progress : .none
        }
        guard next != wait else { return }
        wait = next
        switch next {
        case .none: deadline = .distantFuture
        case .idle: restart(loop.times.idle)
        case .header: restart(loop.times.header)
        case .body: restart(loop.times.body)
        case .progress: restart(loop.times.idle)
        case .linger: restart(loop.isDraining ? min(loop.times.linger, .seconds(1)) : loop.times.linger)
        }
    }

    /// Whether the client has not taken what is written for it.
    private var isSending: Bool { requests[0].rest != nil || context?.channel.isWritable == false }

    private func restart(_ time: TimeAmount) {
        deadline = loop.eventLoop.now + time
        // A timer that is already set for an earlier moment finds the later deadline when it fires: a connection with
        // many requests sets its timer once in the time of a timeout, not once a request.
        guard deadline < timerDeadline || timer == nil else { return }
        timer?.cancel()
        setTimer()
    }

    private func setTimer() {
        timerDeadline = deadline
        timer = try? loop.eventLoop.assumeIsolated().scheduleCallback(at: deadline, handler: self)
    }

    private func deadlinePassed() {
        switch wait {
        case .none: break
        case .idle where backlog == 0: endOutput()
        case .idle, .progress:
            let backlog = self.backlog
            if backlog == backlogAtLastCheck {
                reset()
            } else {
                backlogAtLastCheck = backlog
                restart(loop.times.idle)
            }
        case .header, .body:
            let rejection = RequestRejection(.requestTimeout, GatewayFailure.requestTimeout.explanation)
            if case .body(let body) = reading { refuseBody(rejection, body.request) } else { refuse(rejection) }
            proceed()
        case .linger: context?.close(promise: nil)
        }
    }
}

extension HTTP1Connection: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) {
        timer = nil
        timerDeadline = .distantFuture
        guard stage != .closed, deadline != .distantFuture else { return }
        if loop.eventLoop.now < deadline { setTimer() } else { deadlinePassed() }
    }
}
