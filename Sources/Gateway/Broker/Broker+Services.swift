import WorkerProtocol

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
            !services[service].isConfigured && services[service].workers == 0 && services[service].waiting == 0
        guard isVacant != services[service].isVacant else { return }
        services[service].isVacant = isVacant
        if isVacant {
            vacantLinks.append(service, to: &vacantServices)
        } else {
            vacantLinks.remove(service, from: &vacantServices)
        }
    }

    /// The request that has waited longest for a worker of a service, or -1.
    func oldestWaiting(for service: Int) -> Int {
        let (request, upgrade) = (services[service].queue.first, services[service].upgrades.first)
        guard request >= 0, upgrade >= 0 else { return max(request, upgrade) }
        return requests[request].arrival <= requests[upgrade].arrival ? request : upgrade
    }

    /// A worker less that takes requests.
    mutating func stopAccepting(_ worker: Int, now: Instant) {
        let service = workers[worker].service
        services[service].accepting -= 1
        if workers[worker].properties.servesWebSockets { services[service].acceptingWebSockets -= 1 }
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
        let oldest = oldestWaiting(for: service)
        guard oldest >= 0 else {
            graceTimers.remove(service)
            return
        }
        let start = max(requests[oldest].arrival, services[service].lostAt ?? requests[oldest].arrival)
        graceTimers.set(service, to: start + configuration.workerGrace)
    }
}
