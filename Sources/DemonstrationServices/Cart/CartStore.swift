import GRDB
import Glibc
import ShoppingCart

/// Where carts are kept: a database of SQLite, which several workers and several processes may share.
struct CartStore: Sendable {
    private let database: DatabaseQueue
    private let path: String?
    /// Which file was opened; nil for a database that is none.
    private let file: FileIdentity?

    /// Opens a database, and makes what is not there yet.
    ///
    /// - Parameters:
    ///   - path: its file; nil for one without a name in the folder of temporary files, which nobody else sees and which is
    ///     gone when the process is.
    ///   - patience: how long one process waits for the others' changes, in seconds, before a request fails.
    /// - Throws: ``DemonstrationService/OptionMistake`` where it cannot be used.
    init(path: String?, patience: Double = 20) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.label = "carts"
        if path != nil {
            configuration.prepareDatabase { database in
                // Readers and a writer at once; what is committed survives the process, and a crash of the machine costs
                // the last moments at worst.
                try Self.turnOnWriteAheadLog(database)
                try database.execute(sql: "PRAGMA synchronous = NORMAL")
            }
        }
        do {
            database = try DatabaseQueue(path: path ?? "", configuration: configuration)
            try database.inTransaction(.immediate) { database in
                try Self.makeTables(database)
                return .commit
            }
        } catch {
            throw DemonstrationService.OptionMistake(
                description: "--cart-database '\(path ?? "")': \(error); name a file that can be written, or a new one")
        }
        self.path = path
        file = path.flatMap { FileIdentity(path: $0) }
    }

    /// Nothing was changed, and asking again may help: another process holds the database, or the disk is full.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    /// The database is not what it was.
    ///
    /// SQLite does not notice when its file is removed or another is put in its place, and goes on: whoever opens the path
    /// later does not see what it writes, and its journal, which goes by the path, may damage the file that is there now.
    struct FileExchanged: Error, CustomStringConvertible {
        let description: String
    }

    /// What is there after a request.
    struct Visit: Sendable {
        /// The session that the cart belongs to, perhaps a new one.
        let session: CartSession
        let cart: Cart
        /// Why nothing has changed, where it has not.
        let mistake: CartMistake?
    }

    /// Changes the cart of the first session that still exists, or of a new one where none does, and puts off the session's end.
    ///
    /// It is one transaction, which no other one comes between: of two requests at once neither loses what the other did.
    ///
    /// - Parameters:
    ///   - sessions: what the client named.
    ///   - now: in seconds since 1970.
    /// - Throws: ``Unavailable``, ``FileExchanged`` or an error of the database.
    func visit(_ sessions: [CartSession], now: Int, _ action: CartAction) async throws -> Visit {
        if let path, let file, FileIdentity(path: path) != file {
            throw FileExchanged(
                description: "the carts' file '\(path)' was removed or exchanged while open: start the process anew")
        }
        do {
            return try await database.writeWithoutTransaction { database in
                var visit: Visit?
                try database.inTransaction(.immediate) {
                    visit = try Self.visit(database, sessions, now, action)
                    return .commit
                }
                guard let visit else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                return visit
            }
        } catch let error as DatabaseError where Self.passes(error) {
            throw Unavailable(description: "\(error)")
        }
    }

    /// Whether what is wrong with a database may be over soon.
    static func passes(_ error: DatabaseError) -> Bool {
        [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_NOMEM].contains(error.resultCode)
    }

    private static func visit(
        _ database: Database, _ named: [CartSession], _ now: Int, _ action: CartAction
    ) throws -> Visit {
        let session = try known(named, now, database) ?? make(now, database)
        let before = try Row.fetchAll(
            database, sql: "SELECT name, amount FROM item WHERE session = ? ORDER BY position", arguments: [session.id]
        ).map { Cart.Item(name: $0["name"], amount: $0["amount"]) }
        var cart = Cart(items: before)
        do throws(CartMistake) {
            try action.apply(to: &cart)
        } catch {
            return Visit(session: session, cart: Cart(items: before), mistake: error)
        }
        try keep(cart, instead: before, session, database)
        return Visit(session: session, cart: cart, mistake: nil)
    }

    private static func known(_ named: [CartSession], _ now: Int, _ database: Database) throws -> CartSession? {
        for session in named {
            try database.execute(
                sql: "UPDATE session SET expires = ? WHERE id = ? AND expires > ?",
                arguments: [now + CartSession.lifetime, session.id, now])
            if database.changesCount == 1 { return session }
        }
        return nil
    }

    private static func make(_ now: Int, _ database: Database) throws -> CartSession {
        // More than come, and never so many that somebody waits for it.
        try database.execute(
            sql: "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires <= ? LIMIT 50)",
            arguments: [now])
        let session = CartSession()
        try database.execute(
            sql: "INSERT INTO session (id, expires) VALUES (?, ?)", arguments: [session.id, now + CartSession.lifetime])
        return session
    }

    /// Writes what differs.
    private static func keep(
        _ cart: Cart, instead before: [Cart.Item], _ session: CartSession, _ database: Database
    ) throws {
        let kept = Set(cart.items.map(\.name))
        for item in before where !kept.contains(item.name) {
            try database.execute(
                sql: "DELETE FROM item WHERE session = ? AND name = ?", arguments: [session.id, item.name])
        }
        let unchanged = Set(before)
        for item in cart.items where !unchanged.contains(item) {
            // The place of a new one is behind all others.
            try database.execute(
                sql: """
                    INSERT INTO item (session, name, amount, position)
                    VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM item WHERE session = ?))
                    ON CONFLICT (session, name) DO UPDATE SET amount = excluded.amount
                    """, arguments: [session.id, item.name, item.amount, session.id])
        }
    }

    private static func makeTables(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS session (
                    id TEXT PRIMARY KEY NOT NULL,
                    expires INTEGER NOT NULL
                ) WITHOUT ROWID;
                CREATE INDEX IF NOT EXISTS session_by_expiry ON session (expires);
                CREATE TABLE IF NOT EXISTS item (
                    session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
                    name TEXT NOT NULL,
                    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 999),
                    position INTEGER NOT NULL,
                    PRIMARY KEY (session, name)
                ) WITHOUT ROWID;
                """)
    }

    /// Several processes that start at once may be in each other's way here, where SQLite does not wait.
    private static func turnOnWriteAheadLog(_ database: Database) throws {
        var attempts = 0
        while true {
            do {
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                return
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && attempts < 400 {
                attempts += 1
                usleep(50_000)
            }
        }
    }
}
