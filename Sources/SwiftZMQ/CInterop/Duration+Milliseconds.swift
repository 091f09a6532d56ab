extension Duration {
    enum Rounding { case up, down }

    /// The milliseconds that C interfaces ask for.
    func wholeMilliseconds(rounded rounding: Rounding) -> Int64 {
        let parts = components
        let perMillisecond: Int64 = 1_000_000_000_000_000
        let rest = parts.attoseconds / perMillisecond
        let extra: Int64 = rounding == .up && parts.attoseconds % perMillisecond > 0 ? 1 : 0
        let (product, overflow) = parts.seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product.addingReportingOverflow(rest + extra).partialValue
    }
}
