import CZMQ

/// A `zmq` socket. It may move between threads, but two must never use it at once: `SocketCore` sees to that with
/// one lock per socket.
@safe
struct RawSocket: @unchecked Sendable {
    // `@unchecked` because a pointer is not Sendable; the lock around every use makes it so.
    private let pointer: UnsafeMutableRawPointer
    /// Whether libzmq may change what it sends, as it does over WebSockets: it masks the bytes where they lie.
    var altersMessages = false

    init(pointer: UnsafeMutableRawPointer) {
        unsafe self.pointer = pointer
    }

    /// Closes the socket (`zmq_close`); what is unsent goes on within its linger period.
    func close() {
        let code = unsafe zmq_close(pointer)
        assert(code == 0, "zmq_close failed with errno \(czmq_errno())")
    }
}

// MARK: - Events

extension RawSocket {
    /// Has events sent to a socket by an `inproc` endpoint that nobody else uses (`zmq_socket_monitor`).
    ///
    /// - Parameter ofEndAlone: whether only the last event is sent, which comes when libzmq frees the socket.
    func startMonitor(_ endpoint: String, receiver: Pair, ofEndAlone: Bool = false) throws(ZMQError) {
        let events = ofEndAlone ? ZMQ_EVENT_MONITOR_STOPPED : ZMQ_EVENT_ALL
        while unsafe zmq_socket_monitor(pointer, endpoint, events) != 0 {
            let error = CLibrary.lastError("observe a socket")
            guard error.code == .interrupted else { throw error }
        }
        // Not before: libzmq keeps a socket whose `inproc` connection nobody has bound until the context ends, and then
        // ends the process if it has no room for one more socket.
        do throws(ZMQError) {
            try receiver.connect(endpoint)
        } catch {
            // It takes nothing that could run out, so that the context is being shut down, and then this does not block.
            stopMonitor()
            throw error
        }
    }

    /// Sends the last event and no more.
    func stopMonitor() {
        // The one other failure is that the context has been shut down, and then libzmq has stopped by itself.
        while unsafe zmq_socket_monitor(pointer, nil, 0) != 0, czmq_errno() == EINTR {}
    }
}

// MARK: - Frames

extension RawSocket {
    /// Receives the next frame without waiting; false when there is none.
    func receiveFrame(into slot: inout ReceiveSlot) throws(ZMQError) -> Bool {
        while !receiveAtOnce(into: &slot) {
            guard try CLibrary.isToBeRepeated("receive") else { return false }
        }
        return true
    }

    /// The same in one attempt; false when it fails, for whatever reason.
    @inline(__always)
    func receiveAtOnce(into slot: inout ReceiveSlot) -> Bool { unsafe slot.receive(from: pointer) }

    /// Gives a whole message to the socket without waiting; false when there is no room.
    @inline(__always)
    func send(_ message: borrowing Message) throws(ZMQError) -> Bool {
        // Most messages have one frame, and the fewer instructions they cost the better.
        guard message.tail != nil else { return try sendFrame(message.head, hasMore: false) }
        return try sendFrames(of: message)
    }

    @inline(never)
    private func sendFrames(of message: borrowing Message) throws(ZMQError) -> Bool {
        guard let tail = message.tail else { return try sendFrame(message.head, hasMore: false) }
        attempt: while true {
            guard try sendFrame(message.head, hasMore: !tail.isEmpty) else { return false }
            for index in tail.indices {
                if try sendFrame(tail[index], hasMore: index < tail.count - 1) { continue }
                // The peer went away in mid-message. libzmq takes back the frames it had, refuses this one, and drops
                // the rest of the message up to its end. Once it has seen that end, the whole goes to another peer.
                for rest in tail.indices[(index + 1)...] {
                    guard try sendFrame(tail[rest], hasMore: rest < tail.count - 1) else { break }
                }
                continue attempt
            }
            return true
        }
    }

    /// Gives a frame to the socket without waiting; false when there is no room.
    @inline(__always)
    func sendFrame(_ frame: Frame, hasMore: Bool) throws(ZMQError) -> Bool {
        let flags = hasMore ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT
        while true {
            let isSent =
                if let buffer = frame.buffer { send(buffer, flags) } else { send(frame.small, flags) }
            if isSent { return true }
            guard try CLibrary.isToBeRepeated("send") else { return false }
        }
    }

    /// Gives a message of one frame to the socket without waiting, in one attempt; false when it fails, for whatever reason.
    @inline(__always)
    func sendAtOnce(_ frame: Frame) -> Bool {
        frame.buffer == nil ? send(frame.small, ZMQ_DONTWAIT) : sendLongAtOnce(frame)
    }

    /// The whole frame is passed, which keeps the buffer alive: to pass the buffer by itself would be to count a reference.
    @inline(never)
    private func sendLongAtOnce(_ frame: Frame) -> Bool {
        guard let buffer = frame.buffer else { preconditionFailure("a long frame has a buffer") }
        return send(buffer, ZMQ_DONTWAIT)
    }

    @inline(__always)
    private func send(_ bytes: SmallBytes, _ flags: Int32) -> Bool {
        let words = bytes.storage
        return unsafe czmq_send_words(
            pointer, words[0], words[1], words[2], words[3], words[4], bytes.count, flags) >= 0
    }

    private func send(_ buffer: FrameBuffer, _ flags: Int32) -> Bool {
        let isCopied = altersMessages || buffer.isCopiedWhenSent
        return (isCopied ? send(copying: buffer, flags) : send(sharing: buffer, flags)) >= 0
    }

    /// Gives frames to the socket, each a message, one after the other as long as there is room.
    ///
    /// Like the next one it reads them where they lie, as to copy a frame takes longer than all else that is done here.
    ///
    /// - Returns: how many were given, and how many bytes those have.
    /// - Throws: what kept the first from being given.
    func sendEach(_ frames: Span<Frame>) throws(ZMQError) -> (count: Int, bytes: Int) {
        try unsafe frames.withUnsafeBufferPointer { (frames) throws(ZMQError) -> (count: Int, bytes: Int) in
            guard let first = frames.baseAddress else { return (0, 0) }
            var (count, bytes) = (0, 0)
            while count < frames.count, try unsafe sendNext(first + count, isFirst: count == 0) {
                bytes &+= unsafe first[count].count
                count &+= 1
            }
            return (count, bytes)
        }
    }

    /// The same for messages of any number of frames.
    func sendEach(_ messages: Span<Message>) throws(ZMQError) -> (count: Int, bytes: Int) {
        try unsafe messages.withUnsafeBufferPointer { (messages) throws(ZMQError) -> (count: Int, bytes: Int) in
            guard let first = messages.baseAddress else { return (0, 0) }
            var (count, bytes) = (0, 0)
            while count < messages.count {
                let isSent =
                    if unsafe first[count].tail == nil {
                        // The head is the first property of a message; `LayoutTests` holds on to that.
                        try unsafe sendNext(
                            UnsafeRawPointer(first + count).assumingMemoryBound(to: Frame.self), isFirst: count == 0)
                    } else {
                        try unsafe sendNextFrames(of: first[count], isFirst: count == 0)
                    }
                guard isSent else { break }
                bytes &+= unsafe first[count].byteCount
                count &+= 1
            }
            return (count, bytes)
        }
    }

    /// Gives one of many frames to the socket; false when there is no room, or it is not the first and cannot be sent.
    @inline(__always)
    private func sendNext(_ frame: UnsafePointer<Frame>, isFirst: Bool) throws(ZMQError) -> Bool {
        // The bytes of a short frame are its first property; `LayoutTests` holds on to that.
        if unsafe frame.pointee.buffer == nil,
            unsafe zmq_send(pointer, frame, frame.pointee.small.count, ZMQ_DONTWAIT) >= 0
        {
            return true
        }
        return try unsafe sendNextOnceMore(frame, isFirst: isFirst)
    }

    /// The same for a long frame, and for a short one that could not be sent: why, the second attempt tells.
    @inline(never)
    private func sendNextOnceMore(_ frame: UnsafePointer<Frame>, isFirst: Bool) throws(ZMQError) -> Bool {
        do throws(ZMQError) {
            return try unsafe sendFrame(frame.pointee, hasMore: false)
        } catch {
            guard isFirst else { return false }
            throw error
        }
    }

    @inline(never)
    private func sendNextFrames(of message: borrowing Message, isFirst: Bool) throws(ZMQError) -> Bool {
        do throws(ZMQError) {
            return try sendFrames(of: message)
        } catch {
            guard isFirst else { return false }
            throw error
        }
    }

    private func send(copying buffer: FrameBuffer, _ flags: Int32) -> Int32 {
        unsafe zmq_send(pointer, buffer.start, buffer.count, flags)
    }

    /// Sends a long frame without copying it (`zmq_msg_init_data`); what `zmq_msg_send` returns.
    private func send(sharing buffer: FrameBuffer, _ flags: Int32) -> Int32 {
        var raw = zmq_msg_t()
        // libzmq wants a mutable pointer but never writes through it: a message that is sent is only read.
        let start = unsafe UnsafeMutableRawPointer(mutating: buffer.start)
        let reference = unsafe Unmanaged<FrameBuffer>.passRetained(buffer)
        guard unsafe zmq_msg_init_data(&raw, start, buffer.count, releaseBuffer, reference.toOpaque()) == 0 else {
            unsafe reference.release()
            return -1
        }
        let sent = unsafe zmq_msg_send(&raw, pointer, flags)
        if sent < 0 { unsafe czmq_close_unsent(&raw) }
        return sent
    }

    /// What the socket is ready for (`ZMQ_EVENTS`), after it has looked at everything its peers told it.
    func readiness() throws(ZMQError) -> (canReceive: Bool, canSend: Bool) {
        let events = try option(ZMQ_EVENTS, name: "events", as: Int32.self)
        return (events & Int32(ZMQ_POLLIN) != 0, events & Int32(ZMQ_POLLOUT) != 0)
    }
}

// MARK: - Proxies

extension RawSocket {
    /// Passes messages between two sockets and copies them to a third until their context is shut down (`zmq_proxy`).
    /// Blocks.
    static func runProxy(_ frontend: RawSocket, _ backend: RawSocket, capture: RawSocket?) throws(ZMQError) {
        while true {
            unsafe zmq_proxy(frontend.pointer, backend.pointer, capture?.pointer)
            let error = CLibrary.lastError("run a proxy")
            switch error.code {
            case .interrupted: continue
            case .terminated: return
            default: throw error
            }
        }
    }
}

// MARK: - Endpoints

extension RawSocket {
    func bind(_ endpoint: String) throws(ZMQError) {
        try retried("bind", endpoint) { unsafe zmq_bind(pointer, endpoint) }
    }

    func unbind(_ endpoint: String) throws(ZMQError) {
        try retried("unbind", endpoint) { unsafe zmq_unbind(pointer, endpoint) }
    }

    func connect(_ endpoint: String) throws(ZMQError) {
        try retried("connect", endpoint) { unsafe zmq_connect(pointer, endpoint) }
    }

    func disconnect(_ endpoint: String) throws(ZMQError) {
        try retried("disconnect", endpoint) { unsafe zmq_disconnect(pointer, endpoint) }
    }

    private func retried(_ operation: String, _ endpoint: String, _ call: () -> Int32) throws(ZMQError) {
        while call() != 0 {
            let error = CLibrary.lastError(operation, endpoint: endpoint)
            guard error.code == .interrupted else { throw error.withEndpointExplanation() }
        }
    }
}

// MARK: - Options

extension RawSocket {
    func setOption(_ number: Int32, to bytes: UnsafeRawBufferPointer, operation: String) throws(ZMQError) {
        // libzmq tells "none" from "empty" by the address, and of some options takes only the former.
        let start = unsafe bytes.isEmpty ? nil : bytes.baseAddress
        while unsafe zmq_setsockopt(pointer, number, start, bytes.count) != 0 {
            let error = CLibrary.lastError(operation)
            guard error.code == .interrupted else { throw error }
        }
    }

    func setOption(_ number: Int32, to bytes: [UInt8], operation: String) throws(ZMQError) {
        let result: Result<Void, ZMQError> = unsafe bytes.withUnsafeBytes { bytes in
            do throws(ZMQError) {
                return .success(try unsafe setOption(number, to: bytes, operation: operation))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Reads an option of at most `capacity` bytes.
    func option(_ number: Int32, capacity: Int, name: String) throws(ZMQError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: capacity)
        var length = capacity
        while unsafe zmq_getsockopt(pointer, number, &bytes, &length) != 0 {
            let error = CLibrary.lastError("get option \(name)")
            guard error.code == .interrupted else { throw error }
        }
        return Array(bytes[..<length])
    }

    /// Reads an option that is a number.
    func option<Number: FixedWidthInteger>(
        _ number: Int32, name: String, as type: Number.Type
    ) throws(ZMQError) -> Number {
        var value = Number.zero
        var length = MemoryLayout<Number>.size
        while unsafe zmq_getsockopt(pointer, number, &value, &length) != 0 {
            let error = CLibrary.lastError("get option \(name)")
            guard error.code == .interrupted else { throw error }
        }
        return value
    }
}

extension ZMQError {
    /// Adds what the caller can do about the commonest mistakes with endpoints.
    fileprivate func withEndpointExplanation() -> ZMQError {
        var code = code
        let transport = endpoint.map { String($0.prefix { $0 != ":" }) } ?? ""
        // Of what it was built without, libzmq says only that it does not know the transport; of a wrong TIPC or PGM
        // address it sets no error number of its own; and without the kernel's module there is no such family of addresses.
        if code == .protocolNotSupported, let missing = Capability.missing(for: transport) {
            return ZMQError(
                code: .unsupported, operation: operation, endpoint: endpoint,
                explanation: "the installed libzmq was built without \(missing)")
        }
        if transport == "tipc", code.rawValue == EAFNOSUPPORT { code = .unsupported }
        if ["tipc", "pgm", "epgm"].contains(transport), code == .again { code = .invalidArgument }
        let explanation: String? =
            switch code {
            case .unsupported where transport == "tipc":
                "the system has no TIPC"
            case .invalidArgument:
                "an endpoint is written tcp://HOST:PORT, ipc://PATH or inproc://NAME"
            case .protocolNotSupported:
                "the transports of this libzmq are tcp, ipc and inproc, and what it was built with besides"
            case .addressInUse:
                "another socket is bound there; stop it, or bind to port * for a free one"
            case .addressNotAvailable, Code(rawValue: ENODEV):
                "bind to an address or interface of this machine, or to * for all of them"
            default: nil
            }
        return ZMQError(code: code, operation: operation, endpoint: endpoint, explanation: explanation)
    }
}
