extension PeerMessage {
    /// Reads the bytes of a frame.
    ///
    /// - Throws: ``WireError`` for anything that is not exactly what ``encoded`` makes of some message.
    public init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        var reader = WireReader(bytes)
        guard bytes.count >= 5, bytes.starts(with: MessageKind.magic) else { throw .foreign }
        _ = try reader.number(UInt16.self)
        let version = try reader.number(UInt8.self)
        guard version == MessageKind.version else {
            throw WireError("it is of version \(version), not \(MessageKind.version); update the older program")
        }
        let code = try reader.number(UInt8.self)
        guard let kind = MessageKind(rawValue: code) else { throw WireError("its kind \(code) is unknown") }
        let flags = MessageKind.Flags(rawValue: try reader.number())
        guard flags.isSubset(of: .all) else { throw WireError("its flags \(flags.rawValue) are unknown") }
        number = try reader.number()
        sender = try reader.id()
        incarnation = try reader.number()
        address = flags.contains(.hasAddress) ? try reader.address(withKey: flags.contains(.hasKeys)) : nil
        body = try Self.body(of: kind, from: &reader, withKeys: flags.contains(.hasKeys))
        guard reader.isAtEnd else { throw .overlong }
        guard isRequest || address == nil else { throw WireError("it is an answer, and has an address") }
    }

    /// Reads bytes.
    public init(_ bytes: [UInt8]) throws(WireError) {
        let result: Result<PeerMessage, WireError> = bytes.withUnsafeBytes { bytes in
            do throws(WireError) { return .success(try PeerMessage(bytes)) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    private static func body(of kind: MessageKind, from reader: inout WireReader, withKeys: Bool) throws(WireError)
        -> Body
    {
        switch kind {
        case .ping: return .ping
        case .pong: return .pong(token: try reader.number())
        case .findNode: return .findNode(try reader.id())
        case .findValue: return .findValue(try reader.id())
        case .nodes:
            let token = try reader.number(UInt64.self)
            let held = HeldValue(
                version: try reader.number(), checksum: try reader.number(), isCopy: try reader.flag())
            return .nodes(try reader.contacts(withKeys: withKeys), holding: held, token: token)
        case .value:
            let (value, life, isCopy) = try reader.value()
            return .value(value, life: life, isCopy: isCopy)
        case .store:
            let token = try reader.number(UInt64.self)
            let key = try reader.id()
            let (value, life, isCopy) = try reader.value()
            return .store(key, value, life: life, isCopy: isCopy, token: token)
        case .stored: return .stored(try reader.outcome())
        }
    }
}

extension WireReader {
    fileprivate mutating func contacts(withKeys: Bool) throws(WireError) -> [Contact] {
        let count = Int(try number(UInt8.self))
        guard count <= MessageKind.mostContacts else {
            throw WireError("it names \(count) nodes; \(MessageKind.mostContacts) are the most")
        }
        var contacts: [Contact] = []
        contacts.reserveCapacity(count)
        for _ in 0..<count {
            let id = try id()
            let address = try address(withKey: withKeys)
            guard !address.host.isUnspecified else { throw WireError("it names a node without an address") }
            contacts.append(Contact(id: id, address: address))
        }
        return contacts
    }

    fileprivate mutating func value() throws(WireError) -> (StoredValue, life: UInt32, isCopy: Bool) {
        let version = try number(UInt64.self)
        guard version > 0 else { throw WireError("it has a value of version 0; versions begin with 1") }
        let life = try number(UInt32.self)
        let isCopy = try flag()
        let count = Int(try number(UInt32.self))
        guard count <= StoredValue.mostBytes else {
            throw WireError("it has a value of \(count) bytes; \(StoredValue.mostBytes) are the most")
        }
        return (StoredValue(try bytes(count), version: version), life, isCopy)
    }

    fileprivate mutating func outcome() throws(WireError) -> PeerMessage.StoreOutcome {
        switch try number(UInt8.self) {
        case 0: .kept
        case 1: .known
        case 2: .superseded(try number())
        case 3: .full
        case 4: .badToken
        case let code: throw WireError("its outcome \(code) is unknown")
        }
    }
}
