extension PeerMessage {
    /// The bytes that travel, in one frame.
    public var encoded: [UInt8] {
        var writer = WireWriter(capacity: 96 + payloadSize)
        writer.write(MessageKind.magic)
        writer.write(MessageKind.version)
        writer.write(kind.rawValue)
        let hasKeys = carriesKeys
        var flags: MessageKind.Flags = []
        if address != nil { flags.insert(.hasAddress) }
        if hasKeys { flags.insert(.hasKeys) }
        writer.write(flags.rawValue)
        writer.write(number)
        writer.write(sender)
        writer.write(incarnation)
        if let address { writer.write(address, withKey: hasKeys) }
        write(to: &writer, withKeys: hasKeys)
        return writer.bytes
    }

    private func write(to writer: inout WireWriter, withKeys: Bool) {
        switch body {
        case .ping: break
        case .pong(let token): writer.write(token)
        case .findNode(let target), .findValue(let target): writer.write(target)
        case .nodes(let contacts, let held, let token):
            writer.write(token)
            writer.write(held.version)
            writer.write(held.checksum)
            writer.write(UInt8(held.isCopy ? 1 : 0))
            writer.write(UInt8(clamping: contacts.count))
            for contact in contacts.prefix(MessageKind.mostContacts) {
                writer.write(contact.id)
                writer.write(contact.address, withKey: withKeys)
            }
        case .value(let value, let life, let isCopy):
            writer.write(value, life: life, isCopy: isCopy)
        case .store(let key, let value, let life, let isCopy, let token):
            writer.write(token)
            writer.write(key)
            writer.write(value, life: life, isCopy: isCopy)
        case .stored(let outcome):
            writer.write(outcome.code)
            if case .superseded(let version) = outcome { writer.write(version) }
        }
    }

    var kind: MessageKind {
        switch body {
        case .ping: .ping
        case .pong: .pong
        case .findNode: .findNode
        case .findValue: .findValue
        case .nodes: .nodes
        case .value: .value
        case .store: .store
        case .stored: .stored
        }
    }

    private var carriesKeys: Bool {
        if let address, !address.key.isNone { return true }
        if case .nodes(let contacts, _, _) = body { return contacts.contains { !$0.address.key.isNone } }
        return false
    }

    private var payloadSize: Int {
        switch body {
        case .nodes(let contacts, _, _): contacts.count * 70
        case .value(let value, _, _), .store(_, let value, _, _, _): value.bytes.count + 64
        default: 32
        }
    }
}

extension WireWriter {
    fileprivate mutating func write(_ value: StoredValue, life: UInt32, isCopy: Bool) {
        write(value.version)
        write(life)
        write(UInt8(isCopy ? 1 : 0))
        write(UInt32(value.bytes.count))
        write(value.bytes)
    }
}

extension PeerMessage.StoreOutcome {
    fileprivate var code: UInt8 {
        switch self {
        case .kept: 0
        case .known: 1
        case .superseded: 2
        case .full: 3
        case .badToken: 4
        }
    }
}
