/// The names of all known services: those that a worker has registered since the start or that configuration names.
///
/// The broker's side inserts names from its own thread; the event loops read them for every request through a
/// ``Reader``, without a lock as long as nothing changed.
package final class ServiceDirectory: Sendable {
    let names: Published<Set<String>>

    /// Makes a directory of the names that configuration knows.
    package init(_ names: Set<String> = []) {
        self.names = Published(names)
    }

    /// Makes a service known. It stays known when its last worker leaves.
    package func insert(_ name: String) {
        names.update { $0.insert(name).inserted }
    }

    /// Forgets a service, such as one that has made room for another.
    package func remove(_ name: String) {
        names.update { $0.remove(name) != nil }
    }

    /// Makes several services known, such as those of a configuration that was read again.
    package func formUnion(_ names: Set<String>) {
        self.names.update { known in
            let before = known.count
            known.formUnion(names)
            return known.count != before
        }
    }

    /// Whether a service is known.
    package func contains(_ name: String) -> Bool { names.current.contains(name) }

    /// All names at this moment.
    package var all: Set<String> { names.current }

    /// One event loop's view of the directory, for use by one thread at a time.
    package struct Reader {
        private var names: Published<Set<String>>.Reader

        /// Makes a view of a directory.
        package init(_ directory: ServiceDirectory) {
            names = Published.Reader(directory.names)
        }

        /// Whether a service is known by now.
        package mutating func contains(_ name: String) -> Bool { names.value.contains(name) }
    }
}
