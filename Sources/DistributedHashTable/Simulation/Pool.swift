/// Elements in places whose numbers are used again once they are free.
struct Pool<Element: Sendable>: Sendable {
    private var elements: [Element?] = []
    private var free: [UInt32] = []

    mutating func put(_ element: Element) -> UInt32 {
        if let place = free.popLast() {
            elements[Int(place)] = element
            return place
        }
        elements.append(element)
        return UInt32(elements.count - 1)
    }

    mutating func take(_ place: UInt32) -> Element {
        guard let element = elements[Int(place)].take() else { preconditionFailure("place \(place) is free") }
        free.append(place)
        return element
    }
}
