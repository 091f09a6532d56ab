/// Whom a certificate (RFC 5280) is made out to, as text in the form of RFC 4514.
enum CertificateSubject {
    /// The longest text; a certificate with a longer one is refused, as no field is to be of any size.
    static let longestText = 4096

    /// Attributes that have a name in place of their number (RFC 4519, and `emailAddress` as everybody calls it).
    private static let names: [[UInt8]: String] = [
        [0x55, 0x04, 0x03]: "CN", [0x55, 0x04, 0x04]: "SN", [0x55, 0x04, 0x05]: "serialNumber",
        [0x55, 0x04, 0x06]: "C", [0x55, 0x04, 0x07]: "L", [0x55, 0x04, 0x08]: "ST", [0x55, 0x04, 0x09]: "STREET",
        [0x55, 0x04, 0x0A]: "O", [0x55, 0x04, 0x0B]: "OU", [0x55, 0x04, 0x0C]: "title",
        [0x55, 0x04, 0x11]: "postalCode", [0x55, 0x04, 0x2A]: "givenName",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x01]: "UID",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x19]: "DC",
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01]: "emailAddress",
    ]

    /// The subject of a certificate in the distinguished encoding, in visible ASCII and blanks alone; nil where that is no
    /// certificate, or the text is over ``longestText``.
    ///
    /// Bytes beyond ASCII and control characters are written as `\XX` (RFC 4514, section 2.4), attributes without a name as
    /// their number and `#` with the bytes of the value.
    static func text(of certificate: [UInt8]) -> String? {
        var outer = DERReader(certificate[...])
        guard var signed = outer.next(DERReader.Tag.sequence)?.members,
            var fields = signed.next(DERReader.Tag.sequence)?.members
        else { return nil }
        _ = fields.next(DERReader.Tag.version)
        // Serial number, algorithm, issuer and validity come before it.
        for _ in 0..<4 { guard fields.next() != nil else { return nil } }
        guard let subject = fields.next(DERReader.Tag.sequence) else { return nil }
        return text(ofName: subject.members)
    }

    /// The text of a sequence of sets of attributes. The last of them comes first (RFC 4514, section 2.1).
    private static func text(ofName name: DERReader) -> String? {
        var name = name
        var parts: [String] = []
        while !name.isAtEnd {
            guard var attributes = name.next(DERReader.Tag.set)?.members else { return nil }
            var texts: [String] = []
            while !attributes.isAtEnd {
                guard var attribute = attributes.next(DERReader.Tag.sequence)?.members,
                    let type = attribute.next(DERReader.Tag.objectIdentifier), let value = attribute.next()
                else { return nil }
                texts.append(text(ofType: Array(type.contents), value))
            }
            parts.append(texts.joined(separator: "+"))
        }
        let text = parts.reversed().joined(separator: ",")
        return text.utf8.count <= longestText ? text : nil
    }

    private static func text(ofType type: [UInt8], _ value: DERReader.Value) -> String {
        guard let name = names[type], let string = string(of: value) else {
            let bytes = value.encoding.map(hexadecimal).joined()
            return "\(names[type] ?? number(of: type))=#\(bytes)"
        }
        return "\(name)=\(escaped(string))"
    }

    /// What a value says, where it is a text.
    private static func string(of value: DERReader.Value) -> String? {
        let bytes = value.contents
        switch value.tag {
        case DERReader.Tag.utf8String: return String(validating: bytes, as: UTF8.self)
        case DERReader.Tag.printableString, DERReader.Tag.ia5String, DERReader.Tag.numericString,
            DERReader.Tag.visibleString:
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        case DERReader.Tag.teletexString:
            // What it is in practice: Latin-1, whose bytes are the numbers of the characters.
            return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        case DERReader.Tag.bmpString: return string(of: bytes, unitSize: 2)
        case DERReader.Tag.universalString: return string(of: bytes, unitSize: 4)
        default: return nil
        }
    }

    /// A text of characters of so many bytes each.
    private static func string(of bytes: ArraySlice<UInt8>, unitSize: Int) -> String? {
        guard bytes.count.isMultiple(of: unitSize) else { return nil }
        var scalars = String.UnicodeScalarView()
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: unitSize) {
            let number = bytes[start..<start + unitSize].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let scalar = Unicode.Scalar(number) else { return nil }
            scalars.append(scalar)
        }
        return String(scalars)
    }

    /// A value with everything escaped that has a meaning, cannot be seen or is not ASCII.
    private static func escaped(_ string: String) -> String {
        var text = ""
        let bytes = Array(string.utf8)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "<"),
                UInt8(ascii: ">"), UInt8(ascii: "\\"):
                text += "\\" + String(Unicode.Scalar(byte))
            case UInt8(ascii: "#") where index == 0,
                UInt8(ascii: " ") where index == 0 || index == bytes.count - 1:
                text += "\\" + String(Unicode.Scalar(byte))
            case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "\\" + hexadecimal(byte)
            }
        }
        return text
    }

    /// An object identifier in numbers with points (X.690, section 8.19).
    private static func number(of identifier: [UInt8]) -> String {
        var numbers: [UInt64] = []
        var number: UInt64 = 0
        for byte in identifier {
            // Longer ones than anybody uses: told apart by nothing but their bytes.
            guard number < 1 << 56 else { return "0.0" }
            number = number << 7 | UInt64(byte & 0x7F)
            guard byte & 0x80 == 0 else { continue }
            if numbers.isEmpty {
                let first = min(number / 40, 2)
                numbers = [first, number - first * 40]
            } else {
                numbers.append(number)
            }
            number = 0
        }
        return numbers.map(String.init).joined(separator: ".")
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
