/// The tasks that have been read and are not done, by number.
///
/// They come in the order of their numbers and go nearly in that order. So they lie side by side in pages, which costs a
/// fraction of a hash table, and so do their texts; a page goes when its last task is done, so that a task that takes for
/// ever keeps no more than its page.
struct TasksUnderWay: Sendable {
    private struct Page: Sendable {
        /// The number of its first task.
        let first: TaskNumber
        /// Those that are done, too.
        var tasks: [TaskUnderWay] = []
        var texts: [UInt8] = []
        /// How many are not done.
        var count = 0

        init(first: TaskNumber) {
            self.first = first
            tasks.reserveCapacity(TasksUnderWay.pageSize)
        }

        var end: TaskNumber { first + TaskNumber(tasks.count) }

        /// Whether there is room for a text: a long one has a page to itself, as its memory is to go with it.
        func hasRoom(for textCount: Int) -> Bool {
            tasks.count < TasksUnderWay.pageSize
                && (tasks.isEmpty || texts.count + textCount <= TasksUnderWay.pageBytes)
        }

        mutating func append(_ text: UnsafeRawBufferPointer) {
            let start = texts.count
            texts.append(contentsOf: text)
            tasks.append(TaskUnderWay(text: start..<start + text.count))
            count += 1
        }

        /// Calls a closure with the tasks of some slots that are under way, where they lie, until it returns false.
        ///
        /// - Returns: where it ended.
        @inline(__always)
        mutating func update(
            _ slots: Range<Int>, _ change: (TaskNumber, inout TaskUnderWay, UnsafeRawBufferPointer) -> Bool
        ) -> Int {
            let (first, texts) = (first, texts)
            var tasks = tasks.mutableSpan
            return texts.withUnsafeBytes { texts in
                for slot in slots where tasks[slot].isUnderWay {
                    let text = UnsafeRawBufferPointer(rebasing: texts[tasks[slot].text])
                    guard change(first + TaskNumber(slot), &tasks[slot], text) else { return slot }
                }
                return slots.upperBound
            }
        }
    }

    private static let pageSize = 256
    private static let pageBytes = 1 << 16

    /// In the order of their numbers; those of which all tasks are done are missing.
    private var pages: [Page] = []
    /// The names of the workers that died with a task, of the few that this has happened to.
    private var losses: [TaskNumber: [String]] = [:]
    /// The number of the next task that is added.
    private(set) var nextNumber: TaskNumber = 1
    /// How many are not done.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Adds the next task.
    ///
    /// - Parameter text: its text, which is copied.
    mutating func append(_ text: UnsafeRawBufferPointer) {
        if pages.last.map({ !$0.hasRoom(for: text.count) }) ?? true {
            if let last = pages.last, last.count == 0 { pages.removeLast() }
            pages.append(Page(first: nextNumber))
        }
        pages[pages.count - 1].append(text)
        nextNumber += 1
        count += 1
    }

    /// A task; nil for one that is not under way.
    subscript(number: TaskNumber) -> TaskUnderWay? {
        guard let place = place(of: number) else { return nil }
        return pages[place.page].tasks[place.slot]
    }

    /// Whether a task is under way.
    func contains(_ number: TaskNumber) -> Bool { place(of: number) != nil }

    /// The text of a task; nothing for one that is not under way.
    func text(of number: TaskNumber) -> ArraySlice<UInt8> {
        guard let place = place(of: number) else { return [] }
        let page = pages[place.page]
        return page.texts[page.tasks[place.slot].text]
    }

    /// The workers that died with a task.
    func losses(of number: TaskNumber) -> [String] { losses.isEmpty ? [] : losses[number] ?? [] }

    /// Notes that a worker died with a task.
    mutating func noteLoss(of number: TaskNumber, with worker: String) {
        guard contains(number) else { return }
        losses[number, default: []].append(worker)
    }

    /// Changes a task where it lies; nothing for one that is not under way. To end one, call ``finish(_:each:)``.
    @inline(__always)
    mutating func update(_ number: TaskNumber, _ change: (inout TaskUnderWay) -> Void) {
        guard let place = place(of: number) else { return }
        change(&pages[place.page].tasks[place.slot])
    }

    /// Changes tasks where they lie, in the order of their numbers.
    ///
    /// - Parameters:
    ///   - number: the first of them.
    ///   - change: called with each that is under way, and with its text, until it returns false.
    /// - Returns: the number of the first that was not changed.
    @inline(__always)
    mutating func update(
        from number: TaskNumber, _ change: (TaskNumber, inout TaskUnderWay, UnsafeRawBufferPointer) -> Bool
    ) -> TaskNumber {
        for index in firstPage(endingAfter: number)..<pages.count {
            let slots = Self.slots(of: number ... .max, in: pages[index])
            let end = pages[index].update(slots, change)
            if end < slots.upperBound { return pages[index].first + TaskNumber(end) }
        }
        return nextNumber
    }

    /// Ends all tasks of a range, however large it is.
    ///
    /// - Parameter each: called with each that was under way, and its number.
    @inline(__always)
    mutating func finish(_ range: ClosedRange<TaskNumber>, each: (TaskNumber, TaskUnderWay) -> Void) {
        var index = firstPage(endingAfter: range.lowerBound)
        var hasEmptied = false
        while index < pages.count, pages[index].first <= range.upperBound {
            var finished = 0
            _ = pages[index].update(Self.slots(of: range, in: pages[index])) { number, task, _ in
                each(number, task)
                task.place = .done
                finished += 1
                if !losses.isEmpty { losses[number] = nil }
                return true
            }
            pages[index].count -= finished
            count -= finished
            // The last one is still being filled.
            if pages[index].count == 0, index < pages.count - 1 { hasEmptied = true }
            index += 1
        }
        if hasEmptied { pages.removeAll { $0.count == 0 && $0.end < nextNumber } }
    }

    /// Calls a closure with each task that is under way, in the order of their numbers.
    func forEach(in range: ClosedRange<TaskNumber> = 0 ... .max, _ body: (TaskNumber, TaskUnderWay) -> Void) {
        for page in pages[firstPage(endingAfter: range.lowerBound)...] {
            guard page.first <= range.upperBound else { return }
            for slot in Self.slots(of: range, in: page) where page.tasks[slot].isUnderWay {
                body(page.first + TaskNumber(slot), page.tasks[slot])
            }
        }
    }

    /// The numbers of a range that are of tasks under way, in order.
    func numbers(in range: ClosedRange<TaskNumber> = 0 ... .max) -> [TaskNumber] {
        var numbers: [TaskNumber] = []
        forEach(in: range) { number, _ in numbers.append(number) }
        return numbers
    }

    @inline(__always)
    private func place(of number: TaskNumber) -> (page: Int, slot: Int)? {
        let page = firstPage(endingAfter: number)
        guard page < pages.count, pages[page].first <= number else { return nil }
        let slot = Int(number - pages[page].first)
        return pages[page].tasks[slot].isUnderWay ? (page, slot) : nil
    }

    private static func slots(of range: ClosedRange<TaskNumber>, in page: Page) -> Range<Int> {
        let low = range.lowerBound <= page.first ? 0 : Int(range.lowerBound - page.first)
        let high = range.upperBound >= page.end ? page.tasks.count : Int(range.upperBound - page.first) + 1
        return low..<max(low, high)
    }

    private func firstPage(endingAfter number: TaskNumber) -> Int {
        guard !pages.isEmpty, number >= pages[0].end else { return 0 }
        // Where no page is missing, and all are full, its place is known.
        let guess = (number - pages[0].first) / TaskNumber(Self.pageSize)
        if guess < pages.count, pages[Int(guess)].first <= number, number < pages[Int(guess)].end { return Int(guess) }
        var low = 0
        var high = pages.count
        while low < high {
            let middle = (low + high) / 2
            if pages[middle].end <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
