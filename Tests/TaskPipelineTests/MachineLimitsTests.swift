import TaskPipeline
import Testing

/// When a worker begins no further task, for the sake of its machine.
@Suite struct MachineLimitsTests {
    @Test func `At a load and from it on none is begun, for as many processors as there are`() {
        var limits = MachineLimits()
        limits.load = 0.8
        #expect(limits.allow(load: 3.1, processors: 4, available: nil))
        #expect(!limits.allow(load: 3.2, processors: 4, available: nil))
        #expect(limits.allow(load: 3.2, processors: 8, available: nil))
        #expect(!limits.allow(load: 1, processors: 0, available: nil))
    }

    @Test func `Below a free memory none is begun`() {
        var limits = MachineLimits()
        limits.freeMemory = 1 << 30
        #expect(!limits.allow(load: 0, processors: 1, available: (1 << 30) - 1))
        #expect(limits.allow(load: 99, processors: 1, available: 1 << 30))
    }

    @Test func `What is not known, and not asked for, keeps nobody from working`() {
        #expect(MachineLimits().allow(load: 1000, processors: 1, available: 0))
        var limits = MachineLimits()
        (limits.load, limits.freeMemory) = (0.1, 1 << 40)
        #expect(limits.allow(load: nil, processors: 1, available: nil))
    }
}
