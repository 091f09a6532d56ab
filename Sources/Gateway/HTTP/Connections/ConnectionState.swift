/// Holds the state of a connection in one place: in an optional of its handler it would be copied as a whole for each look
/// at a part of it.
final class ConnectionState<Connection> {
    // Handlers are used on their event loops alone, and a state calls nobody who could come back to it.
    @exclusivity(unchecked) var connection: Connection

    init(_ connection: consuming Connection) { self.connection = connection }
}
