import Glibc

/// The process's limit of open files, of which each connection takes one.
public enum OpenFiles {
    /// The present limit, which programs that are started inherit; nil where the system does not say.
    public static var limit: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// Raises the limit to what the system allows this process; many start with 1024 out of habit.
    ///
    /// - Returns: the limit from now on, or nil where the system does not say.
    @discardableResult
    public static func raiseLimit() -> Int? {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        guard setrlimit(resource, &raised) == 0 else { return Int(clamping: limit.rlim_cur) }
        return Int(clamping: raised.rlim_cur)
    }
}
