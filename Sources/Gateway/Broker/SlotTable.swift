/// Records kept at small numbers that are used again, so that a record is reached without hashing.
struct SlotTable<Record> {
    private var records: [Record] = []
    private var free: [Int] = []
    private let vacant: Record

    /// Makes an empty table; `vacant` stands in slots that are not in use.
    init(vacant: Record) {
        self.vacant = vacant
    }

    /// The number of records in use.
    var count: Int { records.count - free.count }

    /// The number of slots, in use or not.
    var capacity: Int { records.count }

    /// Keeps a record and says where.
    mutating func insert(_ record: consuming Record) -> Int {
        if let slot = free.popLast() {
            records[slot] = record
            return slot
        }
        records.append(record)
        return records.count - 1
    }

    /// Gives a slot back.
    mutating func remove(_ slot: Int) {
        records[slot] = vacant
        free.append(slot)
    }

    /// Gives a slot back whose record was cleared in place, which costs less than putting another there.
    mutating func removeCleared(_ slot: Int) {
        free.append(slot)
    }

    subscript(slot: Int) -> Record {
        // Inlined, so that one property is read or written where it lies instead of a copy of the record.
        @inline(__always) _read { yield records[slot] }
        @inline(__always) _modify { yield &records[slot] }
    }
}

extension SlotTable: Sendable where Record: Sendable {}
