// Topics and their prefixes, as whoever distributes messages by topic needs them: the gateway's topic streams and
// `pubsub forward`. It knows no sockets and no messages.

/// A set of prefixes, each with a number, of which those are found quickly that a topic begins with.
///
/// A message of a topic goes to whoever has asked for one of the topic's prefixes. To find them costs what the topic is
/// long, however many prefixes there are: each node of the tree has the bytes that all prefixes below it share.
///
/// What belongs to a prefix is kept by whoever uses the tree, in an array: the numbers are small, and used again.
package struct PrefixTree: Sendable {
    private struct Node: Sendable {
        /// The bytes between the node above and this one; none for the root alone.
        var label: [UInt8]
        /// The number of the prefix that ends here; nil where none does.
        var number: Int?
        /// The nodes below, by the first bytes of their labels, which differ, in ascending order.
        var children: [Child] = []
    }

    private struct Child: Sendable {
        let byte: UInt8
        var node: Int
    }

    private static let root = 0

    private var nodes = [Node(label: [])]
    private var freeNodes: [Int] = []
    private var freeNumbers: [Int] = []

    /// How many prefixes there are.
    package private(set) var count = 0

    /// The numbers in use are below this.
    package private(set) var numberLimit = 0

    /// A tree without prefixes.
    package init() {}

    /// Adds the numbers of all prefixes of a topic to a list, the shortest first. The empty prefix is one of any topic, and
    /// the topic itself is one, too.
    package func findPrefixes(of topic: Span<UInt8>, into numbers: inout [Int]) {
        var position = 0
        var node = Self.root
        while true {
            if let number = nodes[node].number { numbers.append(number) }
            guard let next = step(from: node, topic, &position) else { return }
            node = next
        }
    }

    /// The number of exactly that prefix; nil where it is not in the set.
    package func number(of prefix: Span<UInt8>) -> Int? {
        var position = 0
        var node = Self.root
        while position < prefix.count {
            guard let next = step(from: node, prefix, &position) else { return nil }
            node = next
        }
        return nodes[node].number
    }

    /// Adds a prefix, unless it is there.
    ///
    /// - Returns: its number, which is its own until it is removed.
    package mutating func insert(_ prefix: Span<UInt8>) -> Int {
        let node = makePath(prefix).last ?? Self.root
        if let number = nodes[node].number { return number }
        let number: Int
        if let free = freeNumbers.popLast() {
            number = free
        } else {
            number = numberLimit
            numberLimit += 1
        }
        nodes[node].number = number
        count += 1
        return number
    }

    /// Takes a prefix away. Its number may be that of another from then on.
    package mutating func remove(_ prefix: Span<UInt8>) {
        guard let number = number(of: prefix) else { return }
        let path = makePath(prefix)
        nodes[path.last ?? Self.root].number = nil
        freeNumbers.append(number)
        count -= 1
        prune(path)
    }

    /// How many nodes there are, for tests: never more than twice as many as prefixes, and the root.
    package var nodeCount: Int { nodes.count - freeNodes.count }
}

// MARK: - Walking

extension PrefixTree {
    /// The node below whose label comes next in some bytes, and moves the position behind it; nil if there is none.
    private func step(from node: Int, _ bytes: Span<UInt8>, _ position: inout Int) -> Int? {
        guard position < bytes.count, let index = childIndex(of: node, bytes[position]).found else { return nil }
        let child = nodes[node].children[index].node
        let length = nodes[child].label.count
        guard bytes.count - position >= length, sharedLength(child, bytes, position) == length else { return nil }
        position += length
        return child
    }

    /// Where the child with a first byte stands, or where it would have to.
    private func childIndex(of node: Int, _ byte: UInt8) -> (found: Int?, place: Int) {
        var low = 0
        var high = nodes[node].children.count
        while low < high {
            let middle = (low + high) / 2
            let there = nodes[node].children[middle].byte
            if there == byte { return (middle, middle) }
            if there < byte { low = middle + 1 } else { high = middle }
        }
        return (nil, low)
    }

    /// How many bytes of a label are those that come next.
    private func sharedLength(_ node: Int, _ bytes: Span<UInt8>, _ position: Int) -> Int {
        let most = min(nodes[node].label.count, bytes.count - position)
        for index in 0..<most where nodes[node].label[index] != bytes[position + index] { return index }
        return most
    }
}

// MARK: - Changing

extension PrefixTree {
    /// Makes a node for a prefix where there is none; the nodes on the way to it, without the root.
    private mutating func makePath(_ prefix: Span<UInt8>) -> [Int] {
        var path: [Int] = []
        var node = Self.root
        var position = 0
        while position < prefix.count {
            let (found, place) = childIndex(of: node, prefix[position])
            guard let found else {
                let leaf = makeNode(label: (position..<prefix.count).map { prefix[$0] })
                nodes[node].children.insert(Child(byte: prefix[position], node: leaf), at: place)
                path.append(leaf)
                return path
            }
            let child = nodes[node].children[found].node
            let shared = sharedLength(child, prefix, position)
            if shared < nodes[child].label.count { nodes[node].children[found].node = split(child, at: shared) }
            node = nodes[node].children[found].node
            path.append(node)
            position += shared
        }
        return path
    }

    /// Puts a node between another and the one above it, which takes the first bytes of its label.
    private mutating func split(_ node: Int, at length: Int) -> Int {
        let label = nodes[node].label
        let upper = makeNode(label: Array(label[..<length]))
        nodes[node].label = Array(label[length...])
        nodes[upper].children = [Child(byte: label[length], node: node)]
        return upper
    }

    /// Takes nodes away that nothing needs any more, from the end of a path upwards.
    private mutating func prune(_ path: [Int]) {
        for (depth, node) in path.enumerated().reversed() {
            guard nodes[node].number == nil, nodes[node].children.count < 2 else { return }
            let parent = depth == 0 ? Self.root : path[depth - 1]
            guard let byte = nodes[node].label.first, let index = childIndex(of: parent, byte).found else { return }
            if let only = nodes[node].children.first {
                // The one below takes its place.
                nodes[only.node].label.insert(contentsOf: nodes[node].label, at: 0)
                nodes[parent].children[index].node = only.node
            } else {
                nodes[parent].children.remove(at: index)
            }
            nodes[node] = Node(label: [])
            freeNodes.append(node)
        }
    }

    private mutating func makeNode(label: [UInt8]) -> Int {
        guard let node = freeNodes.popLast() else {
            nodes.append(Node(label: label))
            return nodes.count - 1
        }
        nodes[node] = Node(label: label)
        return node
    }
}
