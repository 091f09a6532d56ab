extension Broker {
    /// Takes other settings, for what is decided from now on.
    ///
    /// The services of the new ones are known at once; those that only the old ones named are treated as if a worker had
    /// registered them. ``BrokerConfiguration/heartbeat``, ``BrokerConfiguration/streamCredit`` and the two limits of what
    /// is remembered stay as they were: workers have been told, and the tables have been made.
    package mutating func reconfigure(_ new: BrokerConfiguration, now: Instant) {
        let old = configuration
        configuration.services = new.services
        configuration.queueLimit = new.queueLimit
        configuration.workerGrace = new.workerGrace
        configuration.streamIdleTimeout = new.streamIdleTimeout
        for name in new.services.subtracting(old.services) {
            if let service = serviceIndex[name] {
                services[service].isConfigured = true
                updateVacancy(service)
            } else {
                serviceIndex[name] = services.insert(ServiceRecord(name: name, isConfigured: true))
            }
        }
        for name in old.services.subtracting(new.services) {
            guard let service = serviceIndex[name] else { continue }
            services[service].isConfigured = false
            updateVacancy(service)
        }
        // Those that wait for a worker wait as long as the new settings say.
        for service in serviceIndex.values { queueChanged(service) }
        completeDrain(now: now)
    }
}
