extension Broker {
    /// The slot of a service, made known where it was not; nil where there is no room.
    mutating func findOrAddService(_ name: String) -> Int? {
        if let service = serviceIndex[name] { return service }
        if services.count >= configuration.serviceLimit + configuration.services.count {
            guard !vacantServices.isEmpty else { return nil }
            let oldest = vacantServices.first
            vacantLinks.remove(oldest, from: &vacantServices)
            serviceIndex[services[oldest].name] = nil
            effects.append(.report(.serviceForgotten(services[oldest].name)))
            services.remove(oldest)
        }
        let service = services.insert(ServiceRecord(name: name, isConfigured: false))
        serviceIndex[name] = service
        return service
    }

    /// Keeps the services that may be forgotten in the order in which they became so.
    mutating func updateVacancy(_ service: Int) {
        let isVacant =
            !services[service].isConfigured && services[service].workers == 0 && services[service].queue.isEmpty
        guard isVacant != services[service].isVacant else { return }
        services[service].isVacant = isVacant
        if isVacant {
            vacantLinks.append(service, to: &vacantServices)
        } else {
            vacantLinks.remove(service, from: &vacantServices)
        }
    }

    /// One worker less that takes requests.
    mutating func stopAccepting(_ service: Int, now: Instant) {
        services[service].accepting -= 1
        guard services[service].accepting == 0 else { return }
        services[service].lostAt = now
        queueChanged(service)
    }

    /// Sets or ends the time that the requests of a service without workers have, after either has changed.
    mutating func queueChanged(_ service: Int) {
        guard services[service].accepting == 0 else {
            if graceTimers.contains(service) { graceTimers.remove(service) }
            return
        }
        updateVacancy(service)
        let oldest = services[service].queue.first
        guard oldest >= 0 else {
            graceTimers.remove(service)
            return
        }
        let start = max(requests[oldest].arrival, services[service].lostAt ?? requests[oldest].arrival)
        graceTimers.set(service, to: start + configuration.workerGrace)
    }
}
