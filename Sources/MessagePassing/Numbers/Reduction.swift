/// How a reduction combines the numbers of two ranks to one.
///
/// ```swift
/// let total = try await world.allReduce(mine, .sum)
/// let longest = try await world.reduce(lengths, Reduction { max($0, $1) }, to: 0)
/// ```
///
/// It has to be associative and commutative, as the order in which ranks are combined depends on their number and on the size
/// of the data. Sums of floating-point numbers depend on that order in their last digits; all ranks get the same ones.
///
/// What is no number (NaN) on any rank is none in the result, of ``minimum`` and ``maximum`` as well.
public struct Reduction<Number: PlainNumber>: Sendable {
    /// What messages say of an operation, so that ranks that use different ones are noticed.
    enum Kind: UInt8, Sendable {
        case none, sum, product, minimum, maximum, bitwiseAnd, bitwiseOr, bitwiseXor, closure
    }

    @usableFromInline
    typealias Combine =
        @Sendable (
            _ numbers: UnsafeMutableBufferPointer<Number>, _ incoming: UnsafeBufferPointer<Number>, _ comesFirst: Bool
        ) -> Void

    let kind: Kind
    let combine: Combine

    @usableFromInline
    init(_ kind: UInt8, _ combine: @escaping Combine) {
        self.kind = Kind(rawValue: kind) ?? .closure
        self.combine = combine
    }

    /// One of your own: it gets a number of a lower and one of a higher rank, or of groups of ranks.
    ///
    /// That two ranks give different closures is not noticed. It may take long: heartbeats go on, and this rank's other calls
    /// wait.
    @inlinable
    public init(_ combine: @escaping @Sendable (Number, Number) -> Number) {
        self.init(8) { numbers, incoming, comesFirst in
            for index in numbers.indices {
                numbers[index] =
                    comesFirst ? combine(incoming[index], numbers[index]) : combine(numbers[index], incoming[index])
            }
        }
    }

    /// The sum; of integers it must not overflow.
    @inlinable
    public static var sum: Self {
        Self(1) { numbers, incoming, _ in for index in numbers.indices { numbers[index] += incoming[index] } }
    }

    /// The product; of integers it must not overflow.
    @inlinable
    public static var product: Self {
        Self(2) { numbers, incoming, _ in for index in numbers.indices { numbers[index] *= incoming[index] } }
    }

    /// The least. Where any is no number (NaN), that is the result.
    @inlinable
    public static var minimum: Self {
        Self(3) { numbers, incoming, comesFirst in
            for index in numbers.indices {
                let (lower, higher) =
                    comesFirst ? (incoming[index], numbers[index]) : (numbers[index], incoming[index])
                numbers[index] = kept(lower, higher, prefersHigher: higher < lower)
            }
        }
    }

    /// The greatest. Where any is no number (NaN), that is the result.
    @inlinable
    public static var maximum: Self {
        Self(4) { numbers, incoming, comesFirst in
            for index in numbers.indices {
                let (lower, higher) =
                    comesFirst ? (incoming[index], numbers[index]) : (numbers[index], incoming[index])
                numbers[index] = kept(lower, higher, prefersHigher: higher > lower)
            }
        }
    }

    /// Which of the numbers of a lower and a higher rank is kept: one that is no number before any other, and of two that are
    /// equal, as 0 and -0 are, the lower rank's. Both ranks keep the same, whichever is their own.
    @inlinable
    static func kept(_ lower: Number, _ higher: Number, prefersHigher: Bool) -> Number {
        if lower != lower { return lower }
        return higher != higher || prefersHigher ? higher : lower
    }
}

extension Reduction where Number: FixedWidthInteger {
    /// The bits that are set in all.
    @inlinable
    public static var bitwiseAnd: Self {
        Self(5) { numbers, incoming, _ in for index in numbers.indices { numbers[index] &= incoming[index] } }
    }

    /// The bits that are set in any.
    @inlinable
    public static var bitwiseOr: Self {
        Self(6) { numbers, incoming, _ in for index in numbers.indices { numbers[index] |= incoming[index] } }
    }

    /// The bits that are set in an odd number.
    @inlinable
    public static var bitwiseXor: Self {
        Self(7) { numbers, incoming, _ in for index in numbers.indices { numbers[index] ^= incoming[index] } }
    }
}
