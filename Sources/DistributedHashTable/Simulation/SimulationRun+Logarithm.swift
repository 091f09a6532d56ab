import Glibc

extension SimulationRun {
    static func logarithm(_ number: Double) -> Double { log(number) }
}
