/// What is to happen when, the earliest first: a binary heap.
struct TimerQueue<Element: Sendable>: Sendable {
    private struct Timer: Sendable {
        let time: Instant
        let element: Element
    }

    private var heap: [Timer] = []

    var count: Int { heap.count }
    var isEmpty: Bool { heap.isEmpty }
    /// The bytes that it takes, about.
    var byteCount: Int { heap.capacity * MemoryLayout<Timer>.stride }

    /// When the earliest is due.
    @inline(__always)
    var nextTime: Instant { heap.isEmpty ? .never : heap[0].time }

    /// The earliest.
    @inline(__always)
    var first: Element? { heap.first?.element }

    mutating func add(_ element: Element, at time: Instant) {
        let timer = Timer(time: time, element: element)
        heap.append(timer)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard time < heap[parent].time else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = timer
    }

    @discardableResult
    mutating func removeFirst() -> Element {
        let first = heap[0]
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.element }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].time < heap[child].time { child += 1 }
            guard heap[child].time < last.time else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = last
        return first.element
    }
}
