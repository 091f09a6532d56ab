import ProcessSupport
import SwiftZMQ

@testable import MessagePassing

/// Ranks in memory that carry out a program of operations, while some of them are killed or stopped, or give operations up.
///
/// Messages between two ranks come in order, those of different ones in any. What a rank that is killed has sent last may
/// be lost. Each other rank finds out some time later that it is silent.
struct SimulatedWorld {
    /// What becomes of a rank.
    enum Life: Hashable { case running, stopped, dead }

    /// One of the things that a rank does.
    enum Action {
        /// A collective operation. After a split the rank goes on in its part, which has every other rank.
        case collective(Operation)
        /// A message to the next rank, and one from the rank before.
        case ring
    }

    /// What a rank does: one thing after the other. After an error, in whatever part, it shrinks the communicator that it
    /// began with, and begins anew with the rest.
    struct Program {
        let actions: [Action]
        var next = 0
        var home = CommunicatorID.world
        var communicator = CommunicatorID.world
        /// The number that the collective operation has if it is begun.
        var sequence: UInt64 = 0
        var ticket: Engine.Ticket = 0
        var isShrinking = false
        var isFinished = false
        /// What was thrown, by the communicator.
        var errors: [UInt64: MessagePassingError] = [:]
        /// The members of each communicator that it used.
        var members: [UInt64: [Int]] = [:]
    }

    enum Parcel {
        case data(Header, [Frame])
        case membership(MembershipMessage)
        case finished(Int)
        case announcement(CallAnnouncement)
    }

    /// What is on its way between two ranks; data and what ranks agree on go over connections of their own.
    private struct Channel {
        let sender: Int
        let receiver: Int
        var parcels: [Parcel] = []
    }

    let size: Int
    var cores: [RankCore]
    var programs: [Program]
    private(set) var lives: [Life]
    private var channels: [Channel]
    /// Who has yet to find out that a rank is silent.
    private var suspicions: Set<[Int]> = []
    private var announced: [Set<CallAnnouncement>]
    private(set) var steps = 0
    var wrongResults: [String] = []

    init(size: Int, _ actions: (Int) -> [Action]) {
        self.size = size
        cores = (0..<size).map { RankCore(rank: $0, size: size) }
        programs = (0..<size).map { Program(actions: actions($0)) }
        lives = Array(repeating: .running, count: size)
        announced = Array(repeating: [], count: size)
        channels = (0..<2 * size * size).map { Channel(sender: $0 / 2 / size, receiver: $0 / 2 % size) }
    }

    mutating func put(_ parcel: Parcel, from sender: Int, to receiver: Int, isData: Bool) {
        channels[(sender * size + receiver) * 2 + (isData ? 1 : 0)].parcels.append(parcel)
    }

    mutating func start() { for rank in 0..<size { proceed(rank) } }

    // MARK: Fate

    mutating func kill(_ rank: Int, using random: inout SplitMix) {
        guard lives[rank] != .dead else { return }
        lives[rank] = .dead
        for index in channels.indices where channels[index].sender == rank && !channels[index].parcels.isEmpty {
            let lost = Int.random(in: 0...channels[index].parcels.count, using: &random)
            channels[index].parcels.removeLast(lost)
        }
        noteSilence(of: rank)
    }

    mutating func stop(_ rank: Int) {
        guard lives[rank] == .running else { return }
        lives[rank] = .stopped
        noteSilence(of: rank)
    }

    /// One that was stopped goes on, and finds what has come meanwhile.
    mutating func resume(_ rank: Int) {
        guard lives[rank] == .stopped else { return }
        lives[rank] = .running
        suspicions = suspicions.filter { $0[1] != rank }
    }

    private mutating func noteSilence(of rank: Int) {
        for other in 0..<size where other != rank { suspicions.insert([other, rank]) }
    }

    // MARK: Steps

    /// Takes a step that is possible; false when there is none.
    mutating func step(using random: inout SplitMix) -> Bool {
        let ready = channels.indices.filter {
            !channels[$0].parcels.isEmpty && lives[channels[$0].receiver] == .running
        }
        let noticing = suspicions.isEmpty ? [] : suspicions.filter { lives[$0[0]] == .running }
        guard !ready.isEmpty || !noticing.isEmpty else { return announce() }
        steps += 1
        let isLook = ready.isEmpty || (!noticing.isEmpty && Int.random(in: 0..<12, using: &random) == 0)
        if isLook, let pair = noticing.sorted(by: { $0.lexicographicallyPrecedes($1) }).randomElement(using: &random) {
            suspicions.remove(pair)
            change(pair[0]) { core, effects in core.suspect([pair[1]], &effects) }
            return true
        }
        guard let index = ready.randomElement(using: &random) else { return false }
        let parcel = channels[index].parcels.removeFirst()
        let channel = channels[index]
        change(channel.receiver) { core, effects in
            switch parcel {
            case .data(let header, let frames):
                core.perform(&effects) { $0.arrived(header, frames, from: channel.sender, &$1) }
            case .membership(let message): core.receive(message, from: channel.sender, &effects)
            case .announcement(let announcement):
                core.perform(&effects) { $0.compare(announcement, from: channel.sender, &$1) }
            case .finished(let count):
                core.perform(&effects) { $0.rankFinished(channel.sender, after: count, &$1) }
            }
        }
        return true
    }

    /// Has all ranks tell what they wait in, which each does once for an operation; false when none has anything to tell.
    private mutating func announce() -> Bool {
        var hasTold = false
        for rank in 0..<size where lives[rank] == .running {
            for announcement in cores[rank].engine.announcements where announced[rank].insert(announcement).inserted {
                hasTold = true
                for other in 0..<size where other != rank {
                    put(.announcement(announcement), from: rank, to: other, isData: false)
                }
            }
        }
        return hasTold
    }

    mutating func change(_ rank: Int, _ body: (inout RankCore, inout [RankCore.Effect]) -> Void) {
        var effects: [RankCore.Effect] = []
        body(&cores[rank], &effects)
        for effect in effects {
            switch effect {
            case .send(let header, let frames, let receiver):
                // As it travels.
                let travelled = Header(header.frame)
                put(.data(travelled ?? header, frames), from: rank, to: receiver, isData: true)
            case .tell(let message, let receiver):
                put(.membership(message), from: rank, to: receiver, isData: false)
            case .forget: break
            case .end(let ticket, let outcome): ended(rank, ticket, outcome)
            }
        }
    }
}

extension Operation {
    /// The operation for a communicator of a size, which has become smaller.
    func fitted(_ size: Int) -> Operation {
        var operation = self
        operation.root = root % size
        return operation
    }
}
