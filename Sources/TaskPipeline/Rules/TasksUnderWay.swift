/// The tasks that have been read and are not done, by number.
///
/// They come in the order of their numbers and go nearly in that order. So they lie side by side in pages, which costs a
/// fraction of a hash table; a page goes when its last task is done, so that a task that takes for ever keeps no more than
/// its page.
struct TasksUnderWay: Sendable {
    private struct Page: Sendable {
        /// The number of its first task.
        let first: TaskNumber
        /// Those that are done, too.
        var tasks: [TaskUnderWay] = []
        /// How many are not done.
        var count = 0

        var end: TaskNumber { first + TaskNumber(tasks.count) }
        var isFull: Bool { tasks.count == TasksUnderWay.pageSize }
    }

    private static let pageSize = 256

    /// In the order of their numbers; those of which all tasks are done are missing.
    private var pages: [Page] = []
    /// The number of the next task that is added.
    private(set) var nextNumber: TaskNumber = 1
    /// How many are not done.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Adds the next task.
    mutating func append(_ task: TaskUnderWay) {
        if pages.isEmpty || pages[pages.count - 1].isFull {
            var page = Page(first: nextNumber)
            page.tasks.reserveCapacity(Self.pageSize)
            pages.append(page)
        }
        pages[pages.count - 1].tasks.append(task)
        pages[pages.count - 1].count += 1
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

    /// Changes a task where it lies; nothing for one that is not under way. To end one, call ``finish(_:each:)``.
    @inline(__always)
    mutating func update(_ number: TaskNumber, _ change: (inout TaskUnderWay) -> Void) {
        guard let place = place(of: number) else { return }
        change(&pages[place.page].tasks[place.slot])
    }

    /// Ends all tasks of a range, however large it is.
    ///
    /// - Parameter each: called with each that was under way, where it lies, and its number.
    @inline(__always)
    mutating func finish(_ range: ClosedRange<TaskNumber>, each: (TaskNumber, inout TaskUnderWay) -> Void) {
        var index = firstPage(endingAfter: range.lowerBound)
        var hasEmptied = false
        while index < pages.count, pages[index].first <= range.upperBound {
            for slot in Self.slots(of: range, in: pages[index]) where pages[index].tasks[slot].isUnderWay {
                let number = pages[index].first + TaskNumber(slot)
                each(number, &pages[index].tasks[slot])
                pages[index].tasks[slot].finish()
                pages[index].count -= 1
                count -= 1
            }
            // One that is not full is still being filled.
            if pages[index].count == 0, pages[index].isFull { hasEmptied = true }
            index += 1
        }
        if hasEmptied { pages.removeAll { $0.count == 0 && $0.isFull } }
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
        // Where no page is missing, its place is known.
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
